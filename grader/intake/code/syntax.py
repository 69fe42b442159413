"""A slip that keeps a text from being Python at all, mended by the smallest change of one line.

Python says where it stopped; other readings of the lines there are tried, and the one after which all of it
parses is taken, else the one after which most does.
"""

from __future__ import annotations

import warnings
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT as AWAIT
from dataclasses import dataclass

from grader.intake.code.change import Change, changed
from grader.intake.code.changes import changes

LONGEST = 30_000  # characters of a text that is mended
MOST = 3  # slips of one text
MOST_TRIED = 160  # changes of one text, each parsed


@dataclass(frozen=True, slots=True)
class MendedLine:
    """A line that was mended: what Python says of it, and by what."""

    line: int
    told: str
    words: str


def mended(text: str) -> tuple[str, tuple[MendedLine, ...]] | None:
    """A text that parses, and what was mended in it; None where it can't be, or nothing has to be."""
    error, slips, left = _error(text), list[MendedLine](), MOST_TRIED
    if error is None or len(text) > LONGEST:
        return None
    while error is not None:
        best: tuple[int, str, Change, SyntaxError | None] | None = None
        for change in changes(text.split("\n"), error):
            if left == 0 or len(slips) == MOST:
                return None
            left -= 1
            other = changed(text, change)
            after = _error(other)
            reach = (after.lineno or 0) if after else len(other)
            if reach > max(error.lineno or 0, best[0] if best else 0):
                best = reach, other, change, after
            if after is None:
                break
        if best is None:
            return None
        _, text, change, after = best
        slips.append(MendedLine(change.line, f"{type(error).__name__}: {error.msg}", change.words))
        error = after
    return text, tuple(slips)


def _error(text: str) -> SyntaxError | None:
    """What keeps a text from being compiled; what is too deep for us is no slip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "text", "exec", AWAIT, dont_inherit=True)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError):
            return None
    return None
