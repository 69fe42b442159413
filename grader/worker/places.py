"""Which line of the submission: chunks are compiled under their label, so that frames know it."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from types import CodeType, FrameType, FunctionType, TracebackType

from grader.records.submission import Chunk
from grader.wall.values import MAX_CALLERS, Piece, SourceLine

Place = tuple[str, int]

_labels: set[str] = set()


def register(chunks: Iterable[Chunk]) -> None:
    """Make the chunks' labels known, and their lines readable for tracebacks and `inspect.getsource`."""
    for chunk in chunks:
        _labels.add(chunk.label)
        known = linecache.cache.get(chunk.label)
        lines: list[str] = list(known[2]) if known is not None and len(known) == 4 else []
        new = [f"{line}\n" for line in chunk.source.removesuffix("\n").split("\n")]
        lines += ["\n"] * (chunk.line - 1 + len(new) - len(lines))
        lines[chunk.line - 1 : chunk.line - 1 + len(new)] = new
        linecache.cache[chunk.label] = (len(lines), None, lines, chunk.label)


def forget() -> None:
    """Forget the lines of what was loaded before: what is loaded next may have fewer under a label."""
    for label in _labels:
        linecache.cache.pop(label, None)


class StuckError(BaseException):
    """Student code that did not end; no `except Exception` of theirs holds it."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.stuck_at = place


StuckError.__name__ = "TimeoutError"  # what people read


def place_of(error: BaseException) -> Place | None:
    """The innermost line of the submission that an exception passed through, or that did not end."""
    if isinstance(error, StuckError):
        return error.stuck_at
    if isinstance(error, SyntaxError) and error.filename in _labels and error.lineno:
        return error.filename, error.lineno
    through = list(_through(error.__traceback__))
    return (through[-1].label, through[-1].line) if through else None


def is_students(function: FunctionType) -> bool:
    """Whether a function stands in the submission."""
    return is_of_submission(function.__code__)


def place_of_frame() -> Place | None:
    """The nearest line of the submission among the callers of the caller."""
    return next(_lines_above(), None)


def spot() -> SourceLine | None:
    """The same, with the lines that called it."""
    return _spot([*islice(_lines_above(), 1 + MAX_CALLERS)])


def is_of_submission(code: CodeType) -> bool:
    """Whether code stands in the submission."""
    return code.co_filename in _labels


def _lines_above() -> Iterator[Place]:
    """The lines of the submission that are running, the nearest first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename in _labels:
            yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back


def _spot(lines: list[Place]) -> SourceLine | None:
    callers = tuple(SourceLine(*line) for line in lines[1:])
    return SourceLine(*lines[0], callers=callers) if lines else None


def line_of(error: BaseException) -> SourceLine | None:
    """Return `place_of` as the wire carries it: with the piece that raised, and the lines that called it."""
    place, through = place_of(error), list(_through(error.__traceback__))
    if place is None or not through or place != (through[-1].label, through[-1].line):
        return SourceLine(*place) if place else None
    callers = tuple(reversed(through[-1 - MAX_CALLERS : -1]))
    return SourceLine(*place, callers=callers, piece=through[-1].piece)


def _through(traceback: TracebackType | None) -> Iterator[SourceLine]:
    """The lines of the submission that an exception passed through, the innermost last."""
    while traceback is not None:
        label = traceback.tb_frame.f_code.co_filename
        if label in _labels:
            yield SourceLine(label, traceback.tb_lineno, piece=_piece(traceback))
        traceback = traceback.tb_next


def _piece(traceback: TracebackType) -> Piece | None:
    """What was being evaluated: its first line and byte, its last ones; None where Python does not know."""
    positions = traceback.tb_frame.f_code.co_positions()
    found = next(islice(positions, traceback.tb_lasti // 2, None), (None, None, None, None))
    first, last, start, end = (-1 if each is None else each for each in found)
    return (first, start, last, end) if min(first, start, last, end) >= 0 else None
