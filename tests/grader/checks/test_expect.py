from __future__ import annotations

import pytest

from grader.checks import expect
from grader.diagnosis.causes import because
from grader.errors import Fault
from grader.records.reason import Place, Reason

WRONG = because("shape.batch", help="h", expected="e", actual="a", place=Place("cell 9", 4, "return h"))


def test_what_holds_passes_in_silence() -> None:
    """A right submission meets no exception."""
    expect.that(True, WRONG)


def test_a_fault_carries_the_whole_explanation() -> None:
    """What does not hold ends the check with its reason."""
    with pytest.raises(Fault) as caught:
        expect.that(False, WRONG)

    assert caught.value.reason == WRONG


def test_a_fault_needs_a_cause() -> None:
    """A point that is lost without one could not be looked up, priced or counted."""
    with pytest.raises(AssertionError):
        expect.fail(Reason("wrong"))


def test_the_line_that_pays_is_charged() -> None:
    """The shape line pays for a lost batch."""
    with pytest.raises(Fault):
        expect.charge("shape", WRONG)


def test_an_excused_line_is_not() -> None:
    """The build line sees that the batch is lost, and does not pay for it."""
    expect.charge("build", WRONG)


def test_a_line_that_has_nothing_to_do_with_it_is_a_mistake() -> None:
    """Neither the payer nor excused: the table or the check is wrong."""
    with pytest.raises(AssertionError):
        expect.charge("crop", WRONG)
