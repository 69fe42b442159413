"""The readings of a line are few, of that line and its neighbours, and each is another text."""

from __future__ import annotations

from grader.intake.code.changes import changes

LINES = ["class A:", "    def f(self x):", "        return self.g(x", "", "    def h(self):", "        pass"]


def readings(line: int, message: str = "invalid syntax") -> list[tuple[int, str]]:
    """What is tried where Python stopped at a line."""
    error = SyntaxError(message, ("text", line, 16, LINES[line - 1]))
    return [(change.line, change.text.strip()) for change in changes(LINES, error)]


def test_the_likeliest_stand_among_them() -> None:
    """What was meant, whatever Python says of it."""
    assert (2, "def f(self, x):") in readings(2)
    assert (3, "return self.g(x)") in readings(3, "'(' was never closed")


def test_each_reading_is_another_text() -> None:
    """And there are few of them."""
    for line in (1, 2, 3, 5, 6):
        found = list(changes(LINES, SyntaxError("invalid syntax", ("text", line, 1, ""))))
        assert all(LINES[change.line - 1] != change.text for change in found)
        assert {change.line for change in found} >= {line}
        assert len(found) < 60
