"""Whether a student wrote anything where the handout leaves a blank."""

from __future__ import annotations

from grader.mending.trouble import bound
from grader.records.reason import Place
from grader.records.submission import Slice

START, END = "START OF YOUR CODE", "END OF YOUR CODE"  # as the handout marks them, in comments
NOTHING = ("pass", "...", "raise NotImplementedError", "raise NotImplementedError()", "return None", "return")


def unwritten(slice: Slice, target: str) -> Place | None:
    """The first blank of a target of which every blank is empty; None where something was written."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks if target in bound(chunk)):
        blanks = _blanks(chunk.source.split("\n"))
        if blanks and not any(written for _, written in blanks):
            return Place(chunk.label, chunk.line + blanks[0][0])
    return None


def _blanks(lines: list[str]) -> list[tuple[int, bool]]:
    """The number of the line that each blank begins on, and whether code stands in it."""
    found, start, written = list[tuple[int, bool]](), -1, False
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith("#") and START in text.upper():
            start, written = number, False
        elif text.startswith("#") and END in text.upper() and start >= 0:
            found.append((start, written))
            start = -1
        elif start >= 0 and text and not text.startswith("#") and text not in NOTHING:
            written = True
    return found
