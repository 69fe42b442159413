"""A year's names are exchanged with the grader's, and back again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.profiles.naming import exchanged
from grader.records.reason import Place, Reason

NAMES = {"FCN32s": "Netz32", "returnCAM": "make_map"}


def test_whole_identifiers_are_exchanged() -> None:
    """No part of another word is."""
    assert (
        exchanged("class Netz32(Base): Netz32b, my_Netz32", NAMES) == "class FCN32s(Base): Netz32b, my_Netz32"
    )


def test_code_that_uses_the_graders_name_for_something_else_stays_what_it_is() -> None:
    """Two names are two names afterwards."""
    assert exchanged("FCN32s = Netz32", NAMES) == "Netz32 = FCN32s"


@given(st.text(alphabet="FCN32sNetz returnCAMmake_map.()\n"))
def test_exchanging_twice_changes_nothing(text: str) -> None:
    """So what is read can be told as it was written, on the same lines."""
    once = exchanged(text, NAMES)

    assert exchanged(once, NAMES) == text and once.count("\n") == text.count("\n")


def test_every_text_of_a_value_is_exchanged() -> None:
    """In records, tuples and mappings."""
    reason = Reason("FCN32s fails", place=Place("cell 1", 3, "FCN32s()"))

    assert exchanged((reason, {"FCN32s": 1}), NAMES) == (
        Reason("Netz32 fails", place=Place("cell 1", 3, "Netz32()")),
        {"Netz32": 1},
    )


def test_without_names_a_value_is_itself() -> None:
    """As in most years."""
    reason = Reason("FCN32s fails")

    assert exchanged(reason, {}) is reason and exchanged(reason, {"FCN32s": "FCN32s"}) is reason
