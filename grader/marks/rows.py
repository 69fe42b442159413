"""An entry as a row of the file of marks, and back: whoever can change that file may have done so by hand."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import CallError
from grader.marks.entry import KINDS, Entry, What

Row = tuple[Any, ...]  # number, at, who, kind, body


def body(what: What) -> str:
    """What was said, as text."""
    return json.dumps(asdict(what), allow_nan=False)


def entry(row: Row, path: Path) -> Entry:
    """The entry that a row of this file holds; raises CallError, with its number, for what is none."""
    number, at, who, kind, text = row
    if not isinstance(kind, str) or kind not in KINDS:
        raise CallError(f"{path}, entry {number}: this grader knows no {kind!r}; a newer one wrote it.")
    try:
        return Entry(number, _time(at), msgspec.convert(who, str), _what(KINDS[kind], text))
    except (ValueError, TypeError, RecursionError) as error:
        raise CallError(f"{path}, entry {number} can't be read: {error}.") from None


def _what(kind: type[What], text: Any) -> What:
    values = json.loads(text, parse_constant=_no_number)
    found = msgspec.convert(values, kind)
    if strange := sorted(set(values) - {field.name for field in fields(kind)}):
        raise ValueError(f"{strange[0]!r} is nothing that this grader knows")
    return found


def _time(text: Any) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("its time has no zone")
    return at


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
