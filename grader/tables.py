"""Tables as spreadsheets write and read them: CSV in any of Excel's encodings and separators."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CallError

FORMULA = tuple("=+-@＝＋－＠")  # a spreadsheet computes a cell that begins so
# And a part of one where a country separates by semicolons: then no quotes hold our cells together.
_BEGINS = rf"(?='*[{re.escape(''.join(FORMULA))}])"
OPEN = re.compile(rf"(^|[;\t\n]){_BEGINS}")
GUARDED = re.compile(rf"(^|[;\t\n])'{_BEGINS}")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
MARK = "\ufeff"  # without it Excel takes UTF-8 for the encoding of its country
Cell = str | float


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; `number` is where it ends in the file, for messages."""

    number: int
    cells: tuple[str, ...]


def text_of(path: Path) -> str:
    """The text of a file that a person's program wrote; raises CallError for anything but text.

    What is neither marked as Unicode nor valid UTF-8 is taken for Windows-1252, as Excel writes it.
    """
    try:
        raw = path.expanduser().read_bytes()
        text = _decoded(raw)
    except (OSError, UnicodeError) as error:
        raise CallError(f"{path} can't be read: {error}") from None
    if NO_TEXT.search(text):
        raise CallError(f"{path} can't be read: it is no text.")
    return text


def read(path: Path) -> tuple[Line, ...]:
    """The rows of a CSV file, empty ones left out; raises CallError, with the line, for anything else."""
    return rows(text_of(path), str(path))


def rows(text: str, name: str) -> tuple[Line, ...]:
    """The rows of a table that is called `name`, as `read` gives those of a file."""
    lines = text.splitlines(keepends=True)
    told = lines[0].strip().strip('"').lower() if lines else ""
    skipped = told.startswith("sep=")  # only Excel reads it; the rest of the file is the table
    delimiter = told[4:5] or "\t" if skipped else _delimiter(lines[0] if lines else "")
    reader = csv.reader(io.StringIO("".join(lines[skipped:]), newline=""), delimiter=delimiter)
    try:
        found = [Line(reader.line_num + skipped, tuple(map(_unguarded, row))) for row in reader]
    except csv.Error as error:
        raise CallError(f"{name}, line {reader.line_num + skipped}: {error}") from None
    return tuple(row for row in found if any(cell.strip() for cell in row.cells))


def write(header: Sequence[Cell], lines: Iterable[Sequence[Cell]], marked: bool = False) -> str:
    """A table as CSV, no cell of which a spreadsheet computes; `marked` for Excel, which needs telling."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_guarded(cell) for cell in row] for row in (header, *lines))
    return (MARK if marked else "") + text.getvalue()


def _decoded(raw: bytes) -> str:
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return raw.decode(encoding)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _delimiter(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(",;\t", key=outside.count)


def _guarded(cell: Cell) -> str:
    if not isinstance(cell, str):
        return str(cell)
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return OPEN.sub(r"\1'", NO_TEXT.sub(lambda found: f"\\x{ord(found[0]):02x}", text))


def _unguarded(cell: str) -> str:
    return GUARDED.sub(r"\1", cell)
