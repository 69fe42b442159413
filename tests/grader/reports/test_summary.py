from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.records.grade import Grade, Outcome
from grader.records.reason import Reason
from grader.reports.summary import CUT, LIMIT, render
from tests.share import examples

OURS = ("<br>", "<code>", "</code>", "<sub>", "</sub>")
markdown = MarkdownIt("commonmark", {"html": True}).enable("table")


def flat(tokens: Iterable[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *flat(token.children or []))]


def skeleton(text: str) -> list[tuple[str, str]]:
    """The markup of a page: its tokens without its text; only our own raw HTML may be in it."""
    tokens = flat(markdown.parse(text))
    return [(token.type, token.content if "html" in token.type else "") for token in tokens]


def with_words(grade: Grade, words: str) -> Grade:
    checks = tuple(
        replace(check, reason=Reason(words, help=words, actual=words))
        if check.outcome is Outcome.FAILED
        else check
        for check in grade.checks
    )
    return replace(grade, student=words, checks=checks)


def test_points_and_reasons_are_there(grade: Grade) -> None:
    """Rendered, the summary shows the table and what was lost."""
    html = markdown.render(render(grade))

    assert "<strong>1.25 points</strong> · The output is cropped from row and column 19 (fcn32s.crop)" in html
    assert "The crop starts at 18, it must start at 19" in html
    assert '<td style="text-align:right">3.75</td>' in html


def test_nothing_in_it_is_a_students_markup(grade: Grade) -> None:
    """No link, no image, no HTML but our own."""
    tokens = skeleton(render(grade))

    assert not {"link_open", "image", "code_inline", "fence", "html_block"} & {kind for kind, _ in tokens}
    assert {content for kind, content in tokens if kind == "html_inline"} == set(OURS)
    assert "://" not in render(grade)
    assert "www" not in render(grade)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60)
)
@given(
    st.text(st.characters(), min_size=1, max_size=30).filter(str.strip)
    | st.text(st.sampled_from("#*_-+=~`|<>[]()!&\\1.\n :/@"), min_size=1, max_size=20).filter(str.strip)
)
def test_no_words_change_the_page(grade: Grade, words: str) -> None:
    """Whatever a student writes, the markup stays the same."""
    assert skeleton(render(with_words(grade, words))) == skeleton(render(with_words(grade, "x")))


def test_it_stays_within_githubs_limit(grade: Grade) -> None:
    """A summary that would be over 1 MiB is cut between two findings and says so."""
    check = grade.checks[2]
    many = tuple(replace(check, reason=Reason(f"{n} {'<' * 4000}")) for n in range(100))
    text = render(replace(grade, checks=many))

    assert LIMIT - 100_000 < len(text.encode()) <= LIMIT < 2**20
    assert text.endswith(CUT)
    assert text.count("\n- **") > 10


def test_grading_without_isolation_is_said(grade: Grade) -> None:
    """Nobody overlooks it."""
    bare = replace(grade, provenance=replace(grade.provenance, isolation="none"))

    assert "**Graded without isolation:**" in render(bare)


def test_an_unreadable_submission_says_why(unreadable: Grade) -> None:
    """The reason stands before the table."""
    text = render(unreadable)

    assert text.index("could not be read") < text.index("| Part |")
