"""What graders have written of a line, to be used again: the most used first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from grader.marks.entry import Entry, Mark

MOST = 50


def phrases(entries: Iterable[Entry], line: str) -> tuple[str, ...]:
    """Own words of the marks of a line, without what was written once and differs by blanks only."""
    used = Counter(
        " ".join(entry.what.own.split())
        for entry in entries
        if isinstance(entry.what, Mark) and entry.what.line == line and entry.what.own.strip()
    )
    return tuple(text for text, _ in used.most_common(MOST))
