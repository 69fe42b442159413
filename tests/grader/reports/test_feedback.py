"""A student is told as much as the rubric says, and points add up at every level."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.records.reason import Place
from grader.reports import assessed, html
from grader.reports.feedback import told
from grader.rubric import FEEDBACK
from tests.grader.a_class import FAILED, answered, graded


def wrong() -> object:
    one = answered(graded("x", crop=FAILED, why="starts at 18"), 8)
    reason = replace(
        one.checks[0].reason,
        help="HELP",
        actual="ACTUAL",
        expected="SECRET",
        place=Place("cell 1", 1, "CODE"),
    )
    return replace(one, checks=(replace(one.checks[0], reason=reason), *one.checks[1:]))


GRADE = wrong()
SAYS = {
    "score": ("11", "Other parts"),
    "part": ("11", "Part 1: FCN-32s"),
    "line": ("11", "Part 1: FCN-32s", "Title of fcn32s.crop"),
    "hint": ("11", "Part 1: FCN-32s", "Title of fcn32s.crop", "starts at 18"),
    "full": ("11", "Part 1: FCN-32s", "Title of fcn32s.crop", "starts at 18", "HELP", "ACTUAL", "cell 1"),
}  # fmt: skip


@pytest.mark.parametrize("level", FEEDBACK)
def test_a_level_tells_its_own_and_no_more(level: str) -> None:
    """Each a little more than the one before; the reference's value at none."""
    page = html.render(told(GRADE, {}, level))  # type: ignore[arg-type]
    every = dict.fromkeys(word for words in SAYS.values() for word in words)

    for word in (*every, "SECRET"):
        if word != "Other parts" and word != "11":
            assert (word in page) == (word in SAYS[level]), word
    assert "11 <small>/ 15" in page


@given(st.lists(st.sampled_from(FEEDBACK), min_size=3, max_size=3))
def test_points_add_up_whatever_is_told(levels: list[str]) -> None:
    """Lines that are not told are still counted."""
    seen = told(GRADE, dict(zip([check.id for check in GRADE.checks], levels, strict=True)))  # type: ignore

    assert sum(part.score for part in seen.parts) == seen.score == 11.0
    assert sum(check.score for check in seen.checks) == 11.0
    assert assessed.of_assessed(seen) == "11 of 15 points"
    assert len({check.id for check in seen.checks}) == len(seen.checks)


def test_lines_left_to_people_stay_so() -> None:
    """A grade that is not complete does not become so by telling less."""
    for level in FEEDBACK:
        assert not told(graded("x"), {}, level).complete
