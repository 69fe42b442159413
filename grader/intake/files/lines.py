"""On which line of a notebook's file a cell's code stands, as an editor or GitHub counts lines."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from grader.intake.files.notebook import MOST_CELLS, decoded

BLANK = " \t\r\n"
_value = json.JSONDecoder(strict=False).raw_decode


def source_lines(data: bytes) -> tuple[tuple[int, ...], ...]:
    """For each cell the line of the file that each line of its source stands on; () where that can't be told.

    A source that is one string stands on one line, and so does all of a file without line ends.
    """
    text = decoded(data)
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    try:
        cells = _member(text, 0, "cells")
        entries = [] if cells is None else list(_elements(text, cells))[:MOST_CELLS]
        return tuple(_of_source(text, entry, starts) for entry in entries)
    except (ValueError, IndexError, RecursionError):
        return ()


def _of_source(text: str, cell: int, starts: list[int]) -> tuple[int, ...]:
    at = _member(text, cell, "source") if text[cell] == "{" else None
    if at is None:
        return ()
    if text[at] != "[":
        whole = _value(text, at)[0]
        return (bisect_right(starts, at),) * (_ends(whole) + 1) if isinstance(whole, str) else ()
    found = list[int]()
    for piece in _elements(text, at):
        written = _value(text, piece)[0]
        if isinstance(written, str):
            lines = _ends(written) + (not written.endswith(("\n", "\r")))
            found += [bisect_right(starts, piece)] * lines
    return tuple(found)


def _ends(text: str) -> int:
    """How many line ends there are, of any system."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _member(text: str, at: int, wanted: str) -> int | None:
    """Where the value of a key begins in the object at `at`; of a repeated key the last one counts."""
    found = None
    at = _skip(text, at + 1, "")
    while text[at] != "}":
        key, at = _value(text, at)
        at = _skip(text, at, ":")
        found = at if key == wanted else found
        at = _skip(text, _value(text, at)[1], ",")
    return found


def _elements(text: str, at: int) -> Iterator[int]:
    """Where each element begins of the list at `at`."""
    if text[at] != "[":
        return
    at = _skip(text, at + 1, "")
    while text[at] != "]":
        yield at
        at = _skip(text, _value(text, at)[1], ",")


def _skip(text: str, at: int, mark: str) -> int:
    """The next place after blanks and, if it is there, a mark."""
    at = _end_of_blank(text, at)
    return _end_of_blank(text, at + 1) if mark and text[at] == mark else at


def _end_of_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at
