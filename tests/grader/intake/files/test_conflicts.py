"""Of a merge that was never resolved the upper side is read."""

from __future__ import annotations

import pytest

from grader.intake.files.conflicts import one_side

MERGED = "a\n<<<<<<< HEAD\nb\n||||||| base\nx\n=======\nc\n>>>>>>> other\nd"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (MERGED, "a\n\nb\n\n\n\n\n\nd"),
        ("Title\n=======\ntext", "Title\n=======\ntext"),
        ("a << b\n>>> c", "a << b\n>>> c"),
        ("a", "a"),
    ],
)
def test_one_side_is_read(text: str, read: str) -> None:
    """Every line stays where it is; a line under a title is no mark."""
    assert "\n".join(one_side(text.split("\n"))) == read
