from __future__ import annotations

import pytest

from grader.errors import Blocked, Fault
from grader.evidence.once import once
from grader.records.reason import Cause, Reason


class Evidence:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    @once
    def value(self) -> int:
        """What there is to know."""
        self.asked.append("value")
        return len(self.asked)

    @once
    def nothing(self) -> None:
        self.asked.append("nothing")

    @once
    def blocked(self) -> int:
        self.asked.append("blocked")
        raise Blocked("no such thing")

    @once
    def broken(self) -> int:
        self.asked.append("broken")
        raise ZeroDivisionError


def test_a_value_is_computed_once() -> None:
    """The first value is kept, also where it is None."""
    evidence = Evidence()

    assert (evidence.value, evidence.value) == (1, 1)
    assert (evidence.nothing, evidence.nothing) == (None, None)
    assert evidence.asked == ["value", "nothing"]


def test_an_error_of_the_grader_s_tree_is_kept() -> None:
    """What was raised is raised again, the same exception, without asking again."""
    evidence = Evidence()
    with pytest.raises(Blocked) as first:
        evidence.blocked
    with pytest.raises(Blocked, match="no such thing") as second:
        evidence.blocked

    assert first.value is second.value
    assert evidence.asked == ["blocked"]


def test_any_other_error_is_not_kept() -> None:
    """A fault of the grader itself isn't remembered as evidence."""
    evidence = Evidence()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            evidence.broken

    assert evidence.asked == ["broken", "broken"]


def test_each_instance_has_its_own_evidence() -> None:
    """Two submissions share nothing."""
    one, other = Evidence(), Evidence()
    one.nothing

    assert (one.value, other.value) == (2, 1)


def test_the_class_gives_the_property_itself() -> None:
    """On the class, a property is itself and keeps its docstring."""
    assert isinstance(Evidence.value, once)
    assert Evidence.value.__doc__ == "What there is to know."


def test_errors_are_grader_errors() -> None:
    """Faults are kept like anything else of the tree."""

    class Wrong:
        @once
        def it(self) -> int:
            raise Fault(Reason("wrong", cause=Cause("wrong")))

    wrong = Wrong()
    for _ in range(2):
        with pytest.raises(Fault):
            wrong.it
