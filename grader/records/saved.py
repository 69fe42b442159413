"""A grade kept whole beside its reports: a class goes on where it was, reports are made anew."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgpack

from grader.records.grade import Grade

FILE = ".grade.msgpack"  # hidden: it holds what a student's report leaves out
LONE_SURROGATES = "surrogatepass"  # a student's text may hold halves of pairs


@dataclass(frozen=True, slots=True)
class Key:
    """What a grade depends on; another value of any of them can give another grade."""

    submission: str
    grader: str
    rubric: str
    options: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A grade as it was judged, without a person's marks; `shown` says what the reports beside it show."""

    key: Key
    grade: Grade
    shown: str = ""


def write(folder: Path, saved: Saved) -> None:
    """Keep `saved` in `folder`; a reader sees the old one or the new one, never half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{FILE}.part"
    half.write_bytes(msgpack.packb(_plain(saved), unicode_errors=LONE_SURROGATES))
    half.replace(folder / FILE)


def read(folder: Path) -> Saved | None:
    """Return what was kept in `folder`; None where there is nothing that this version can read."""
    try:
        return cast(
            Saved,
            _build(Saved, msgpack.unpackb((folder / FILE).read_bytes(), unicode_errors=LONE_SURROGATES)),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, msgpack.UnpackException):
        return None


def read_lean(folder: Path) -> Grade | None:
    """The grade kept in `folder` without pictures, code and cells: a tenth of the time, and of the memory."""
    try:
        page = msgpack.unpackb((folder / FILE).read_bytes(), unicode_errors=LONE_SURROGATES)["grade"]
        for name in ("slice", "texts", "page", "files"):
            page["submission"].pop(name, None)
        page["submission"]["saved"]["figures"] = page["pictures"] = ()
        return cast(Grade, _build(Grade, page))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, msgpack.UnpackException):
        return None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _build(kind: Any, value: Any) -> Any:
    return _builder(kind)(value)


@cache
def _builder(kind: Any) -> Callable[[Any], Any]:
    """What makes a value of this type; looked up once, since a class has a million values."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _builder_of_record(kind)
    if origin is tuple:
        return lambda value: tuple(map(_builder(inner[0]), value))
    if origin is Mapping:
        return lambda value: dict(zip(value, map(_builder(inner[1]), value.values()), strict=True))
    if origin is types.UnionType:
        return lambda value: None if value is None else _builder(inner[0])(value)
    return kind if isinstance(kind, type) and issubclass(kind, Enum) else _as_it_is


def _builder_of_record(kind: type[Any]) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)

    def build(value: Any) -> Any:
        return kind(**{name: _builder(hints[name])(item) for name, item in value.items()})

    return build


def _as_it_is(value: Any) -> Any:
    return value
