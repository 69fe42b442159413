"""A line, or a few, read as others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Lines, counted from 1, read as others: as many as its text has, from `first`, else the one told of."""

    line: int
    text: str
    words: str
    first: int = 0


def changed(text: str, change: Change) -> str:
    """A text with other lines, as many as before."""
    lines, new = text.split("\n"), change.text.split("\n")
    start = (change.first or change.line) - 1
    lines[start : start + len(new)] = new
    return "\n".join(lines)
