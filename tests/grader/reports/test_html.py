from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.records.grade import Grade, Outcome
from grader.records.reason import Reason
from grader.records.submission import Submission
from grader.reports.audience import for_student
from grader.reports.html import render


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


def with_words(grade: Grade, words: str) -> Grade:
    """The grade with `words` wherever the failing check and the submission can speak."""
    checks = tuple(
        replace(check, reason=Reason(words, help=words, actual=words))
        if check.outcome is Outcome.FAILED
        else check
        for check in grade.checks
    )
    return replace(grade, student=words, checks=checks, notes=(words,))


def test_the_page_fetches_and_runs_nothing(grade: Grade) -> None:
    """No script, no handler, no address but its own anchors and data; a policy says so to the browser."""
    page = Page(render(grade))

    assert not {tag for tag, _ in page.tags} & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "video",
    }
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert all(address.startswith(("#", "notebook.html#")) for address in page.values("href"))
    assert all(address.startswith("data:image/png;base64,") for address in page.values("src"))
    assert any(policy.startswith("default-src 'none'; img-src data:;") for policy in page.values("content"))
    assert "@import" not in render(grade)
    assert "url(" not in render(grade)


def test_every_anchor_leads_somewhere(grade: Grade) -> None:
    """Each link of the page has its section."""
    page = Page(render(grade))

    within = {address[1:] for address in page.values("href") if address.startswith("#")}
    assert within <= set(page.values("id"))
    assert {address.partition("#")[0] for address in page.values("href")} == {"", "notebook.html"}


def test_hostile_words_are_shown_as_words(grade: Grade, hostile: str) -> None:
    """The student's tags are text on the page."""
    page = Page(render(grade))

    assert page.text.count("<script>alert(1)</script></details></pre>") >= 8
    assert "\\u202edrowssap" in page.text
    assert "{{ 7*7 }}" in page.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    st.text(st.characters(), min_size=1, max_size=40) | st.text(st.sampled_from("<>&\"'{}%/-! ="), min_size=1)
)
def test_no_words_change_the_page(grade: Grade, words: str) -> None:
    """Whatever a student writes, the tags of the page stay the same."""
    assert Page(render(with_words(grade, words))).open == Page(render(with_words(grade, "x"))).open


def test_what_was_lost_comes_before_what_was_passed(grade: Grade) -> None:
    """The sections stand in the order in which a TA needs them."""
    html = render(grade)
    order = ["lost", "person", "pending", "passed", "pictures", "curves", "answers", "figures", "provenance"]
    places = [html.index(f'<section id="{name}">') for name in order]

    assert places == sorted(places)


def test_a_lost_line_tells_everything(grade: Grade) -> None:
    """Points, reason, both values, the student's line, and what to do."""
    html = render(grade)
    card = html[html.index('<article class="card lost">') : html.index("</article>")]
    text = Page(card).text

    for told in ("−1.25", "The crop starts at 18, it must start at 19", "rows and columns from 19",
                 "rows and columns from 18", "cell 9, line 4", "Crop [19 : 19 + size]"):  # fmt: skip
        assert told in text
    assert '<span class="line marked"><span class="no">4</span>        return h[' in card
    assert "h = x  # &lt;b&gt;&amp;amp;" in card


def test_lines_of_one_cause_are_told_once(grade: Grade) -> None:
    """Two blocked lines share their reason."""
    assert Page(render(grade)).text.count("FCN8s can't be built") == 1


def test_bars_say_in_words_what_they_show(grade: Grade) -> None:
    """Who can't see the bar hears it."""
    labels = Page(render(grade)).values("aria-label")

    assert "1 of 3.75 points earned, 2.25 lost, 0 need a person, 0.5 not assessed" in labels


def test_curves_are_drawn_with_gaps(grade: Grade) -> None:
    """Each claimed figure is a plot; a value that is not finite breaks its line, not the page."""
    html = render(grade)

    assert html.count("<svg") == 6
    assert "best 0.3475 in epoch 2" in Page(html).text
    assert all("nan" not in points for points in Page(html).values("points"))


@pytest.mark.parametrize("change", [lambda grade: grade, for_student])
def test_pictures_come_with_their_captions(grade: Grade, change: Callable[[Grade], Grade]) -> None:
    """Those of the reference are for a TA only."""
    text = Page(render(change(grade))).text

    assert "bike.jpg: <script>" in text
    assert ("bike.jpg, right" in text) is (change is not for_student)


def test_an_unreadable_submission_says_why_first(unreadable: Grade) -> None:
    """The reason stands over the parts, and each part tells it once."""
    html = render(unreadable)

    assert html.index("This submission could not be read.") < html.index('<ul class="parts">')
    assert html.count('<article class="card lost">') == len(unreadable.parts)


def test_grading_without_isolation_is_said_in_red(grade: Grade) -> None:
    """The banner is there exactly when nothing held the student's code."""
    bare = replace(grade, provenance=replace(grade.provenance, isolation="none"))

    assert "Graded without isolation." in render(bare)
    assert "Graded without isolation." not in render(grade)


def test_full_marks_have_no_section_of_losses(perfect: Grade) -> None:
    """A perfect report is short."""
    html = render(perfect)

    assert 'id="lost"' not in html
    assert 'id="person"' not in html
    assert "Every point that was judged is earned." in html


def test_a_submission_without_anything_still_has_a_page(grade: Grade) -> None:
    """No outputs, no source, no pictures."""
    assert "nothing could be read" in render(
        replace(grade, submission=Submission("x", ""), pictures=(), notes=())
    )


def test_the_command_that_grades_again_stands_there_once(grade: Grade) -> None:
    """For whoever has the grader; a student's report doesn't tell where we keep it."""
    path = "/home/ta/class/eve.zip"
    told = replace(grade, submission=replace(grade.submission, typed=path))

    assert render(told).count(f"bin/grader grade --training smoke --seed 1234 {path}") == 1
    assert path not in render(for_student(told))
