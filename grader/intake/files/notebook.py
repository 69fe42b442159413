"""From the bytes of a notebook to its cells: parsed, never run, and forgiving about what doesn't matter."""

from __future__ import annotations

import codecs
import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import re2

from grader.errors import IntakeError
from grader.intake.files.archives import ZIP, what_is
from grader.intake.files.basket import shown
from grader.intake.files.conflicts import one_side

MOST_CELLS = 2000  # the course's notebook has under a hundred
MOST_VALUES = 3_000_000  # lists and objects in the JSON; a large notebook has some 20 000
MOST_OUTPUTS = 500  # of one cell
COOKIE = re2.compile(rb"^[ \t\f]*#[^\n]{0,200}?coding[:=][ \t]*([-\w.]{1,40})")
ENCODINGS = {  # that a script may say it is written in: tables of letters, each decoded in one pass
    *("iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1251", "cp1252", "koi8-r", "mac-roman"),
    *("euc_kr", "cp949", "gbk", "gb2312", "gb18030", "big5", "shift_jis", "euc_jp"),
}
BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `label` counts all cells of the notebook from 1, those of text too."""

    label: str
    kind: str  # "code", "markdown" or "raw"
    source: str
    outputs: tuple[dict[str, Any], ...] = ()
    count: int | None = None  # when it was run, as the notebook says


def read_notebook(data: bytes, name: str, prefix: str = "") -> tuple[Cell, ...]:
    """The cells of a notebook of any format from 1 to 4; raises IntakeError with what is wrong with it."""
    book = _json(data, name)
    if not isinstance(book, dict) or not ("cells" in book or "worksheets" in book):
        raise IntakeError(f'{name} is JSON, but no notebook: it has no "cells"')
    if "cells" not in book:
        book = _upgraded(book, name)
    cells = book["cells"] if isinstance(book["cells"], list) else []
    found = [
        _cell(cell, f"{prefix}cell {n}")
        for n, cell in enumerate(cells[:MOST_CELLS], 1)
        if isinstance(cell, dict)
    ]
    if not found:
        raise IntakeError(f"{name} is a notebook without cells")
    return tuple(found)


def decoded(data: bytes, usual: str = "utf-8") -> str:
    """The text of a file in UTF-8 or UTF-16, else in Windows' Latin letters, with lines that end in \\n."""
    encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), usual)
    try:
        return _lines(data.decode(encoding))
    except UnicodeDecodeError:
        other = "cp1252" if encoding == "utf-8" else encoding
        return _lines(data.decode(other, errors="replace"))


def script(data: bytes, name: str) -> str:
    """The text of a Python file; raises IntakeError where it is something else."""
    if words := what_is(data):
        raise IntakeError(f"{name} is {words}, not Python")
    return decoded(data, _said(data))


def _said(data: bytes) -> str:
    """The encoding that a script's first two lines say it has, as Python reads them."""
    for line in data[:1000].split(b"\n")[:2]:
        if found := COOKIE.match(line):
            with contextlib.suppress(LookupError):
                name = codecs.lookup(found[1].decode()).name
                return name if name in ENCODINGS else "utf-8"
    return "utf-8"


def _lines(text: str) -> str:
    """The text without what an editor or an encoding left in it: line ends, zeros between characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _json(data: bytes, name: str) -> Any:
    if not data.strip():
        raise IntakeError(f"{name} is empty")
    if words := what_is(data) or ("a zip" if data.startswith(ZIP) else ""):
        raise IntakeError(f"{name} is {words}, not a notebook")
    if data.count(b"{") + data.count(b"[") > MOST_VALUES:
        raise IntakeError(f"{name} holds more than {MOST_VALUES} values, far more than a notebook has")
    text = decoded(data)
    try:
        return json.loads("\n".join(one_side(text.split("\n"))) if "<<<<<<<" in text else text, strict=False)
    except json.JSONDecodeError as error:
        raise IntakeError(f"{name} is no valid JSON: {_why(error, text)}") from error
    except (ValueError, RecursionError) as error:
        raise IntakeError(f"{name} is no valid JSON: {shown(str(error))}") from error


def _why(error: json.JSONDecodeError, text: str) -> str:
    if "\n<<<<<<<" in text:
        return f"it has an unresolved merge conflict (<<<<<<<), and neither side can be read: {error.msg}"
    if text[error.pos : error.pos + 1] in ("}", "]") and text[: error.pos].rstrip().endswith(","):
        return f"there is a comma too many before line {error.lineno}"
    if error.msg == "Extra data":
        return f"something stands behind its end (line {error.lineno}) and must go"
    return f"{error.msg} (line {error.lineno}); it may be cut off"


def _upgraded(book: dict[str, Any], name: str) -> dict[str, Any]:
    """A notebook of format 3 or older in the shape of format 4."""
    import nbformat  # a tenth of a second, for notebooks of before 2015 only

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what doesn't validate may still be read
    for part in ("metadata", "nbformat", "nbformat_minor"):
        book.setdefault(part, {"metadata": {}, "nbformat": 3, "nbformat_minor": 0}[part])
    book["worksheets"] = _first(book["worksheets"])
    try:
        upgraded: dict[str, Any] = nbformat.convert(nbformat.v3.to_notebook_json(book), 4)
    except Exception as error:  # it raises whatever its code stumbles on
        raise IntakeError(
            f"{name} is a notebook of an old format that can't be converted: {shown(str(error))}"
        ) from error
    return upgraded


def _first(sheets: Any) -> Any:
    """As many cells of an old notebook's sheets as are read: each is converted and checked on its own."""
    if not isinstance(sheets, list):
        return sheets
    left, kept = MOST_CELLS, []
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        if isinstance(cells, list) and left > 0:
            kept.append({**sheet, "cells": cells[:left]})
            left -= max(1, len(cells))
    return kept


# --- cells ----------------------------------------------------------------------------------------


def _cell(cell: dict[str, Any], label: str) -> Cell:
    outputs = cell.get("outputs")
    count = cell.get("execution_count")
    return Cell(
        label,
        str(cell.get("cell_type")) if cell.get("cell_type") in ("code", "raw") else "markdown",
        _lines(text_of(cell.get("source"))),
        tuple(output for output in outputs[:MOST_OUTPUTS] if isinstance(output, dict))
        if isinstance(outputs, list)
        else (),
        count if isinstance(count, int) else None,
    )


def text_of(value: object) -> str:
    """A notebook's text, one string or a list of lines, in characters that can be written again."""
    text = "".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else value
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def code(cells: tuple[Cell, ...]) -> Iterator[Cell]:
    """The cells of code that aren't empty."""
    return (cell for cell in cells if cell.kind == "code" and cell.source.strip())
