from __future__ import annotations

import pytest

from grader.diagnosis.findings import Finding, both, merge
from grader.records.reason import Place

FIRST = Finding("conv1", "a is wrong", "look there", "a = 1", "a = 2")
SECOND = Finding("conv1", "b is wrong", "", "b = 1", "b = 3", Place("cell 2", 4))


def test_one_finding_is_itself() -> None:
    """A single finding needs no merging."""
    assert merge([FIRST]) == FIRST


def test_findings_of_a_line_are_told_in_one_sentence() -> None:
    """Rationales are joined, expectations listed, and the first known place is where to look."""
    merged = merge([FIRST, SECOND])

    assert merged == Finding(
        "conv1",
        "a is wrong; b is wrong",
        "look there",
        "a = 1\nb = 1",
        "a = 2\nb = 3",
        Place("cell 2", 4),
    )


def test_what_is_said_twice_is_told_once() -> None:
    """Equal sentences, expectations and values appear once."""
    merged = merge([FIRST, FIRST, SECOND])

    assert merged.rationale == "a is wrong; b is wrong"
    assert merged.expected == "a = 1\nb = 1"


def test_a_long_list_is_counted() -> None:
    """Beyond six findings their number is told."""
    merged = merge([Finding("conv1", f"{n} is wrong") for n in range(9)])

    assert merged.rationale.count("is wrong") == 6
    assert merged.rationale.endswith("; and 3 more")


@pytest.mark.parametrize(("pair", "words"), [((3, 3), "3"), ((3, 4), "(3, 4)"), ((-1, -1), "-1")])
def test_a_pair_of_equal_numbers_is_written_as_one(pair: tuple[int, int], words: str) -> None:
    """(3, 3) reads 3."""
    assert both(pair) == words
