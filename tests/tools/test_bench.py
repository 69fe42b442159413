"""A class's row tells what a submission took beside the least work for it."""

from __future__ import annotations

from tools.bench import row


def test_a_row_has_a_submissions_share() -> None:
    """Of seconds and of processor time; nothing of the latter where nothing was graded."""
    assert row("a class of 10", 40.0, 10, 5.0, 10.0) == "| a class of 10 | 40.0 | 4.00 | 5.00 | 0.50 |"
    assert row("... again", 4.0, 10) == "| ... again | 4.0 | 0.40 |  |  |"
