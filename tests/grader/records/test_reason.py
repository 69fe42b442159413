from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.records.reason import Cause, Reason

PADDING = Cause("layer.padding", {"layer": "conv1_1", "got": 150})
STRIDE = Cause("layer.stride", {"layer": "conv1_1", "got": 2})

parameters = st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.booleans())


@given(parameters)
def test_equal_causes_are_one_key(told: dict[str, str | int | bool]) -> None:
    """The order in which parameters are told makes no other cause."""
    cause, again = Cause("a", told), Cause("a", dict(reversed(told.items())))

    assert cause == again
    assert {cause: 1}[again] == 1


def test_a_cause_can_be_read() -> None:
    """The id, and its parameters if it has any."""
    assert str(PADDING) == "layer.padding(layer=conv1_1, got=150)"
    assert str(Cause("crop.missing")) == "crop.missing"


def test_each_fault_of_a_line_can_be_taken_alone() -> None:
    """What stands in `also` is told apart from the first."""
    both = Cause(PADDING.id, PADDING.parameters, (STRIDE,))

    assert both.each == (PADDING, STRIDE)
    assert both != PADDING


def test_a_reason_is_told_on_one_line() -> None:
    """A student's text within it begins no line of its own; what was found stays as it was."""
    reason = Reason("ValueError: a\n\n  b\u2028c", actual="a\nb")

    assert (reason.text, reason.actual) == ("ValueError: a b c", "a\nb")
