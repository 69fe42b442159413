"""A grade kept whole beside its reports: a class goes on where it was, reports are made anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import msgpack
import msgspec

from grader.records.grade import Grade

FILE = ".grade.msgpack"  # hidden: it holds what a student's report leaves out
LONE_SURROGATES = "surrogatepass"  # a student's text may hold halves of pairs
UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    msgpack.UnpackException,
    msgspec.MsgspecError,
)
# What only a submission's own reports show, and what is heavy beside it: left out where a class is read.
SHOWN = ("pictures", "submission.texts", "submission.page", "submission.files", "submission.saved.figures")
HEAVY = (*SHOWN, "submission.slice")


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


def read(folder: Path, without: Collection[str] = ()) -> Saved | None:
    """What was kept in `folder`, parts of the grade left out; None where this version can't read it."""
    try:
        page = msgpack.unpackb((folder / FILE).read_bytes(), unicode_errors=LONE_SURROGATES)
        for name in without:
            *path, last = name.split(".")
            holder = reduce(getitem, path, page["grade"])
            holder[last] = type(holder[last])()
        return msgspec.convert(page, Saved)
    except UNREADABLE:
        return None


def read_head(folder: Path) -> tuple[Key, str] | None:
    """What the grade in `folder` depends on, and whose it is; None where not all of the file is there."""
    try:
        with (folder / FILE).open("rb") as file:
            stream = msgpack.Unpacker(file, unicode_errors=LONE_SURROGATES)
            others = stream.read_map_header() - 2
            if stream.unpack() != "key":
                return None
            key = msgspec.convert(stream.unpack(), Key)
            if stream.unpack() != "grade":
                return None
            others += stream.read_map_header() - 1
            if stream.unpack() != "student":
                return None
            student = msgspec.convert(stream.unpack(), str)
            for _ in range(2 * others):
                stream.skip()
            return key, student
    except UNREADABLE:
        return None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value
