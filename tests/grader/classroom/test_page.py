"""The page of a class: problems first, nothing obeyed, everything linked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from grader.classroom import page as pages
from grader.classroom.handed_in import Class, Entry
from grader.classroom.page import SCRIPT, SCRIPT_HASH
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from tests.grader.a_class import ERROR, FAILED, graded, row


class Seen(HTMLParser):
    """Tags, links and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside = tag
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        if self.inside not in ("style", "script"):
            self.text += data


def text(page: str) -> str:
    return " ".join(Seen(page).text.split())


def render(title: str, rows: Sequence[Row], *ignored: str) -> str:
    """The page of a class without remarks."""
    return pages.render(title, rows, Class(Path(), tuple(row.entry for row in rows), (), ignored))


CLASS = [
    row("alice", name="Alice Ahn"),
    row("bob", graded("bob", crop=FAILED, why="The crop starts at 18")),
    row("eve", graded("eve", maps=ERROR)),
    row("dan", None, "ValueError: x"),
    Row(Entry("", None, (Person("Zoe"),))),
]


def test_what_a_person_must_look_at_comes_first() -> None:
    """With its reason, before any statistics."""
    said = text(render("class", CLASS, "late.rar"))

    order = ["Look at these first", "1 line could not be judged", "ValueError: x", "late.rar", "Scores"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_the_headline_counts() -> None:
    """Submissions, grades, and those who handed in nothing."""
    said = text(render("class", CLASS))

    assert "4 submissions, 3 graded, 2 for a person to look at, 1 of the roster handed in nothing." in said
    assert "0 are complete. Of the points assessed so far the mean is 87 %, the median 100 %." in said


def test_shared_causes_are_named_and_linked() -> None:
    """How many of how many, and who."""
    page = render("class", CLASS)

    assert "1 of 4 The crop starts at 18 2 points each: fcn32s.crop bob" in text(page)
    assert Seen(page).links.count("bob/report.html") == 2


def test_only_submissions_with_a_report_are_linked() -> None:
    """A crash has none."""
    links = set(Seen(render("class", CLASS)).links)

    assert links == {"alice/report.html", "bob/report.html", "eve/report.html"}


def test_links_stay_in_the_folder() -> None:
    """A submission's name is one segment of a path."""
    links = Seen(render("class", [row('../../x?y#z "&', graded("x"))])).links

    assert set(links) == {"..%2F..%2Fx%3Fy%23z%20%22%26/report.html"}


def test_names_are_text(hostile: str) -> None:
    """A student adds no element, and no script but ours can run."""
    plain, page = render("x", [row("x")]), render("x", [row(hostile, name=hostile)])

    assert Seen(page).tags == Seen(plain).tags
    assert "\x1b" not in page
    assert re.search(rf"script-src '{re.escape(SCRIPT_HASH)}'", page)
    assert page.count("<script>") == 1


def test_the_script_stays_as_its_hash_says() -> None:
    """Escaped in the page it would not run."""
    assert f"<script>{SCRIPT}</script>" in render("x", [])


def test_an_empty_class_is_a_page() -> None:
    """Everybody crashed, or nobody was graded."""
    assert "1 submission, 0 graded" in text(render("x", [row("a", None, "crashed")]))


def test_every_line_of_the_rubric_that_was_judged_is_listed() -> None:
    """With how many lost it."""
    said = text(render("class", CLASS))

    assert "Title of fcn32s.crop fcn32s.crop 2 1 of 3 67 %" in said
    assert "questions.question1" not in said


def test_what_staff_tries_out_is_no_part_of_the_class() -> None:
    """Its report is linked; no statistic counts it."""
    page = render("x", [row("a"), row("tim", graded("tim", crop=FAILED, why="crop"), role="TA")])

    assert "tim/report.html" in page
    assert "the mean is 100 %" in text(page) and "What went wrong" not in text(page)


def test_of_many_causes_the_frequent_ones_come_first_and_the_rest_is_folded() -> None:
    """A class of hundreds makes hundreds of mistakes; on paper only the frequent ones count."""
    rows = [row(f"s{n}", graded(f"s{n}", crop=FAILED, why=f"why {n}")) for n in range(pages.CLUSTERS + 2)]
    page = render("x", rows)

    assert "2 causes that fewer share" in page
    assert all(f"why {n}" in page for n in range(len(rows)))
    assert "causes that fewer share" not in render("x", rows[:3])


def test_the_key_of_a_cause_is_there_to_be_decided_on() -> None:
    """As a file of marks wants it."""
    assert "made.up(why=The crop starts at 18)" in text(render("x", CLASS))
