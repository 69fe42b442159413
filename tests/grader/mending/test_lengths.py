from __future__ import annotations

import pytest

from tests.grader.mending import a_misfit

MESSAGE = "start (5) + length (13) exceeds dimension size (17)"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("s.narrow(2, 5, 5 + n)", "s.narrow(2, 5, n)"),
        ("torch.narrow(s, 2, at, n + at)", "torch.narrow(s, 2, at, n)"),
        ("s.narrow(2, 5, 5 + n).narrow(3, 5, 5 + m)", "s.narrow(2, 5, n).narrow(3, 5, m)"),
    ],
)
def test_an_end_is_read_as_the_length(written: str, wanted: str) -> None:
    """In all that the line narrows."""
    assert a_misfit.first(f"s = {written}", MESSAGE)[0] == [f"s = {wanted}"]


def test_a_length_that_is_too_large_stays_one() -> None:
    """It is what is there that it is read as, not what an end would mean."""
    lines, _, _ = a_misfit.first("s = s.narrow(2, 5, n + 1)", MESSAGE)
    assert lines != ["s = s.narrow(2, 5, n)"]
    assert lines != ["s = s.narrow(2, 5, 1)"]
