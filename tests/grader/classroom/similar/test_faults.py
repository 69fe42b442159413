"""Several faults that nobody else made are worth a look; one, or a common one, is not."""

from __future__ import annotations

from dataclasses import replace

from grader.classroom.similar.faults import FEWEST, same_faults
from grader.records.grade import Grade
from grader.records.reason import Cause, Reason
from tests.grader.a_class import FAILED, check, grade, graded

OTHERS = [graded(f"other {n}") for n in range(FEWEST)]


def wrong(name: str, first: str, second: str) -> Grade:
    lines = (check("fcn32s.crop", FAILED, 2, first), check("cam.maps", FAILED, 3, second))
    return grade(name, *lines)


def test_rare_faults_that_two_share_are_said() -> None:
    """By their causes."""
    found = same_faults([wrong("a", "x", "y"), *OTHERS, wrong("b", "x", "y")])

    assert found == {
        (0, FEWEST + 1): "2 rare faults are the same: made.up(why=x), made.up(why=y)",
    }


def test_one_fault_or_a_common_one_says_nothing() -> None:
    """Nor does any in a class too small to know what is rare."""
    pair = [wrong("a", "x", "y"), wrong("b", "x", "y")]

    assert same_faults([wrong("a", "x", "y"), wrong("b", "x", "z"), *OTHERS]) == {}
    assert same_faults([*pair, *pair, *OTHERS]) == {}
    assert same_faults(pair) == {}


def test_two_causes_of_one_line_are_one_mistake() -> None:
    """Who makes the one often makes the other."""
    reason = Reason("x", cause=Cause("a", {}, (Cause("b"),)))
    line = replace(check("fcn32s.crop", FAILED, 2), reason=reason)

    assert same_faults([grade("a", line), grade("b", line), *OTHERS]) == {}
