"""What stood in a notebook's cells of text and is in a script that was made of it: comments and strings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import re2

TEXT_CELL = re2.compile(  # as VS Code, Spyder, jupytext, IPython and Databricks write it
    r"#\s*(?:(?:%%|\+)[^\n]{0,80}?\[?\s*\b(?:markdown|md)\b|<markdowncell>|MAGIC\s+%md)"
)
CODE_CELL = re2.compile(
    r"#\s*(?:%%|In\s?\[[\d ]*\]:|<(?:code|markdown)cell>|COMMAND -{5}|MAGIC\s+%md"
    r"|[+-]\s*$|\+ (?:\[|[a-z_]+=))"
)
MARKS = ("%%", "In", "cell>", "COMMAND", "MAGIC", "# +", "# -")  # one of these is in such a line
MAGIC = re2.compile(r"^#\s*MAGIC ?(?:%md(?:-sandbox)?\b)?|^# ?")
QUOTED = re2.compile(r"[rR]?(\"\"\"|''')")


def asides(text: str) -> Iterator[str]:
    """The texts of a script, in order: cells of text, comments alone above a cell of code, strings."""
    lines = text.split("\n")
    above = _above_cells(lines)
    at = 0
    while at < len(lines):
        end = _end(lines, at)
        if (quote := _quote(lines[at])) is not None:
            yield "\n".join(lines[at:end])[quote.end() :].rstrip().removesuffix(quote[1])
        elif lines[at].startswith("#") and _is_text(lines, at, end, above):
            kept = (line for line in lines[at:end] if "MAGIC" in line or not _begins_cell(line))
            yield "\n".join(MAGIC.sub("", line, 1) for line in kept)
        at = end


def _end(lines: Sequence[str], at: int) -> int:
    """Where a comment, a string or any other line ends."""
    rest = range(at + 1, len(lines))
    if lines[at].startswith("#"):
        return next((n for n in rest if lines[n][:1] != "#" or _begins_cell(lines[n])), len(lines))
    quote = _quote(lines[at])
    if quote is None or quote[1] in lines[at][quote.end() :]:
        return at + 1
    return next((n + 1 for n in rest if quote[1] in lines[n]), len(lines))


def _above_cells(lines: Sequence[str]) -> list[bool]:
    """For each line, and the end, whether only comments stand between it and a cell of code or the end."""
    above = [True]
    for line in reversed(lines):
        between = line[:1] == "#" or not line.strip()
        above.append(_begins_cell(line) or (between and above[-1]))
    return above[::-1]


def _is_text(lines: Sequence[str], at: int, end: int, above: Sequence[bool]) -> bool:
    """Whether a comment was a cell of text: it says so, or stands alone above a cell of code."""
    if _begins_cell(lines[at]):
        return TEXT_CELL.match(lines[at]) is not None
    alone = (not at or not lines[at - 1].strip()) and (end == len(lines) or not lines[end].strip())
    return alone and above[end]


def _begins_cell(line: str) -> bool:
    """Whether a line is what an editor or nbconvert writes above a cell."""
    likely = line[:1] == "#" and any(mark in line[:40] for mark in MARKS)
    return likely and CODE_CELL.match(line) is not None


def _quote(line: str) -> Any:
    """The quotes that a line begins with, if it does; re2 tells no types."""
    return QUOTED.match(line) if '"""' in line[:4] or "'''" in line[:4] else None
