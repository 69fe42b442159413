"""What stops something that is graded is told in the words that people know."""

from __future__ import annotations

import pytest
import torch

from grader.errors import StudentRaised
from grader.mending.joined import SIZES
from grader.mending.trouble import of_error


def _said(device: str, one: tuple[int, ...], other: tuple[int, ...]) -> str:
    with pytest.raises(RuntimeError) as raised:
        torch.zeros(one, device=device) + torch.zeros(other, device=device)
    found = of_error(StudentRaised("RuntimeError", str(raised.value)))
    assert found is not None
    return found.message


@pytest.mark.parametrize(
    ("one", "other"),
    [((1, 12, 5, 6), (1, 12, 7, 6)), ((1, 12, 7, 6), (1, 12, 7, 9)), ((1, 12, 7, 6), (12, 7, 9))],
)
def test_a_sum_without_values_is_told_as_one_with_values(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    """Which is refused in the same way, and mended so."""
    told = _said("meta", one, other)

    assert told == _said("cpu", one, other)
    assert SIZES.search(told)


def test_anything_else_is_told_as_it_was_raised() -> None:
    """Word for word."""
    found = of_error(StudentRaised("ValueError", "Attempting to broadcast a dimension of my own"))

    assert found is not None
    assert found.message == "Attempting to broadcast a dimension of my own"
