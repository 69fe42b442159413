"""Whom a decision moves is known before it is made."""

from __future__ import annotations

from grader.marks.entry import Decision, Mark
from grader.marks.exchange import Known
from grader.marks.preview import preview
from grader.marks.standing import standing
from tests.grader.a_class import FAILED, graded, key
from tests.grader.marks.test_standing import log

WRONG = [Known(name, name, graded(name, crop=FAILED, why="padding 150")) for name in ("alice", "bob", "cem")]
KNOWN = [*WRONG, Known("dan", "dan", graded("dan"))]


def test_it_names_whose_points_change() -> None:
    """Not those without the cause, nor those whose line a person has marked already."""
    found = preview(
        Decision(key("padding 150"), points=1.0), KNOWN, standing(log(Mark("cem", "fcn32s.crop", 0.5)))
    )

    assert found.changes == (("alice", 1.0), ("bob", 1.0))
    assert str(found) == "2 submissions, +1 each"


def test_it_compares_with_what_was_decided_before() -> None:
    """A second decision takes the place of the first."""
    before = standing(log(Decision(key("padding 150"))))

    assert str(preview(Decision(key("padding 150"), points=1.5), WRONG, before)) == "3 submissions, -0.5 each"
    assert str(preview(Decision(key("other")), KNOWN, before)) == "nobody's points change"
