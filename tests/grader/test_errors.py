from __future__ import annotations

import pytest

from grader.errors import StudentRaised, told


@pytest.mark.parametrize(
    ("kind", "message", "text"),
    [
        ("ValueError", "no", "ValueError: no"),
        ("KeyError", "", "KeyError"),
        ("RuntimeError", "a\nb\n", "RuntimeError: a b"),
        ("Full", "10 of 10 points", "an exception called Full: 10 of 10 points"),
    ],
)
def test_what_was_raised_is_told_as_such(kind: str, message: str, text: str) -> None:
    """Neither a name nor a line of it can be taken for a sentence of ours."""
    assert told(kind, message) == str(StudentRaised(kind, message)) == text


def test_a_message_is_kept_as_it_was() -> None:
    assert StudentRaised("ValueError", "a\nb").message == "a\nb"
