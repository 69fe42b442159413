"""What is wrong in the form of one profile's file: by profile.schema.json, and by what a schema can't say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from pathlib import Path as File
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from grader.profiles.source import Table

Path = tuple[str | int, ...]
SHOWN = 12  # known names that a message lists


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to put right, and the path of its key in the file."""

    path: Path
    text: str


@cache
def validator() -> Draft202012Validator:
    """Validates the form of one file; the descriptions of its schema complete "'points' must be ..."."""
    return Draft202012Validator(
        json.loads(File(__file__).with_name("profile.schema.json").read_text("utf-8"))
    )


def form_faults(table: Table) -> list[Fault]:
    """What is wrong in one file, whatever it inherits from."""
    if odd := list(_numbers(table)):
        return odd
    errors = sorted(
        validator().iter_errors(table), key=lambda error: [str(key) for key in error.absolute_path]
    )
    return [*(fault for error in errors for fault in _explained(error)), *_twice(table)]


def _explained(error: ValidationError) -> Iterator[Fault]:
    path, schema = tuple(error.absolute_path), cast("Mapping[str, Any]", error.schema)
    if error.validator == "additionalProperties":
        known = schema["properties"]
        for key in sorted(set(cast("Table", error.instance)) - set(known)):
            yield Fault((*path, key), f"unknown key {key!r}{near(key, known)}")
    elif error.validator == "required":
        for key in sorted(set(schema["required"]) - set(cast("Table", error.instance))):
            yield Fault((*path, key), _wanted(key, schema["properties"][key], None))
    else:
        named = next((key for key in reversed(path) if isinstance(key, str)), "the file")
        yield Fault(path, _wanted(str(named), schema, error.instance))


def _wanted(key: str, schema: Mapping[str, Any], value: object) -> str:
    if "$ref" in schema:
        schema = cast("Mapping[str, Any]", validator().schema)["$defs"][schema["$ref"].rpartition("/")[2]]
    found = "it is missing" if value is None else f"it is {_shown(value)}"
    return f"{key!r} must be {schema.get('description', 'something else')}, {found}"


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal | date) else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def near(word: str, known: Iterable[str]) -> str:
    """The right word for a wrong one: " (did you mean 'points'?)", or all that are known."""
    names = sorted(known)
    close = [name for name in names if name.lower() == word.lower()] or get_close_matches(word, names, 1, 0.6)
    return f" (did you mean {close[0]!r}?)" if close else f" (known: {', '.join(names[:SHOWN])})"


def _numbers(table: Table) -> Iterator[Fault]:
    """What JSON's schemas can't say of numbers and times."""
    for path, key, value in _values(table):
        if key == "points" and isinstance(value, int | Decimal) and not isinstance(value, bool):
            points = Decimal(value)
            if not points.is_finite() or points <= 0 or points != round(points, 2):
                yield Fault(path, f"'points' must be positive with at most two decimals, it is {value}")
        elif isinstance(value, Decimal) and not value.is_finite():
            yield Fault(path, f"{key!r} must be a number, it is {value}")
        elif key == "due" and (not isinstance(value, datetime) or value.tzinfo is None):
            yield Fault(path, "'due' must be a time with its zone, as 2026-11-20T23:59:00-08:00")


def _values(node: object, path: Path = ()) -> Iterator[tuple[Path, str, object]]:
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(node, dict):
        inner = node.items()
    elif isinstance(node, list):
        inner = enumerate(node)
    for key, value in inner:
        yield (*path, key), str(key), value
        yield from _values(value, (*path, key))


def _twice(table: Table) -> Iterator[Fault]:
    """Parts, and lines of a part, of one name."""
    yield from repeated(table.get("part"), ("part",), "part", "id")
    parts = table.get("part")
    for at, part in enumerate(parts if isinstance(parts, list) else ()):
        lines = part.get("lines") if isinstance(part, dict) else None
        yield from repeated(lines, ("part", at, "lines"), "check", "check")


def repeated(entries: object, path: Path, what: str, key: str) -> Iterator[Fault]:
    """A fault for each name that two entries of a list bear, at the last of them."""
    entries = entries if isinstance(entries, list) else []
    names = [entry.get(key) if isinstance(entry, dict) else None for entry in entries]
    for name, times in Counter(name for name in names if isinstance(name, str)).items():
        if times > 1:
            last = len(names) - 1 - names[::-1].index(name)
            yield Fault((*path, last, key), f"{what} {name!r} is there twice")
