from __future__ import annotations

import pytest

from grader import expect
from grader.errors import Fault
from grader.records.reason import Place, Reason

PLACE = Place("cell 3", 7)


def test_what_holds_says_nothing() -> None:
    """A condition that holds ends no check."""
    expect.that(True, "wrong")


def test_what_does_not_hold_is_a_fault() -> None:
    """The explanation is carried whole."""
    with pytest.raises(Fault) as caught:
        expect.that(False, "wrong", help="h", expected="e", actual="a", where=PLACE)

    assert caught.value.reason == Reason("wrong", "h", "e", "a", PLACE)
