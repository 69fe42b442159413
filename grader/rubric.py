"""The rubric: grader/rubric.toml, read strictly; a mistake in it is told with its place."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.errors import CallError

RUBRIC = Path(__file__).with_name("rubric.toml")
TABLES = {"part", "plans", "feedback", "late"}  # `plans` is read by grader/training.py
PART_KEYS = {"id", "title", "points", "lines"}
LINE_KEYS = {"check", "points", "title", "feedback"}
LATE_KEYS = {"due", "grace_minutes", "percent_a_day", "most_percent"}
FEEDBACK = ("score", "part", "line", "hint", "full")  # how much of a line a student's report tells, rising


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the rubric; `id` is its address: "fcn32s.crop" is check_crop in checks/fcn32s.py."""

    id: str
    part: str
    check: str
    title: str
    points: float
    feedback: str = "full"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the assignment; the points of its lines add up to `points`."""

    id: str
    title: str
    points: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What being late costs: percent of the assignment's points for each day begun after `due` and the grace.

    `due` None: as the export says.
    """

    due: datetime | None
    grace: timedelta
    percent_a_day: float
    most_percent: float


@dataclass(frozen=True, slots=True)
class Rubric:
    """Every point of the assignment; `sha256` is that of the file it was read from."""

    parts: tuple[Part, ...]
    sha256: str
    late: LatePolicy | None = None  # None: being late costs nothing

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all parts, in order."""
        return tuple(line for part in self.parts for line in part.lines)


def load(path: Path = RUBRIC) -> Rubric:
    """Return the rubric in a file; raises CallError with the place of the mistake where it is wrong."""
    try:
        raw = path.read_bytes()
        table = tomllib.loads(raw.decode(), parse_float=Decimal)
        return Rubric(_parts(table), hashlib.sha256(raw).hexdigest(), _late(table.get("late")))
    except (OSError, ValueError) as error:
        raise CallError(f"{path.name}: {error}") from error


def _parts(table: dict[str, Any]) -> tuple[Part, ...]:
    _known(table, TABLES, "the file")
    usual = _feedback(table, "full", "the file")
    parts = tuple(
        _part(entry, f"part {n}", usual) for n, entry in enumerate(_tables(table, "part", "the file"), 1)
    )
    _unique([part.id for part in parts], "part")
    return parts


def _part(entry: dict[str, Any], place: str, usual: str) -> Part:
    _known(entry, PART_KEYS, place)
    name = _identifier(entry, "id", place)
    place = f"part {name!r}"
    lines = tuple(
        _line(raw, name, f"{place}, line {n}", usual)
        for n, raw in enumerate(_tables(entry, "lines", place), 1)
    )
    _unique([line.check for line in lines], f"{place}: check")
    points, added = _points(entry, place), sum(_points(raw, place) for raw in entry["lines"])
    if points != added:
        raise ValueError(f"{place}: its lines add up to {added} points, but it says points = {points}")
    return Part(name, _title(entry, place), float(points), lines)


def _line(entry: dict[str, Any], part: str, place: str, usual: str) -> Line:
    _known(entry, LINE_KEYS, place)
    check = _identifier(entry, "check", place)
    place = f"{place} ({check})"
    points, feedback = float(_points(entry, place)), _feedback(entry, usual, place)
    return Line(f"{part}.{check}", part, check, _title(entry, place), points, feedback)


def _feedback(entry: dict[str, Any], usual: str, place: str) -> str:
    value = entry.get("feedback", usual)
    if value not in FEEDBACK:
        raise ValueError(f"{place}: 'feedback' must be one of {', '.join(FEEDBACK)}, it is {value!r}")
    return str(value)


def _late(entry: Any) -> LatePolicy | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise ValueError("'late' must be a table")
    _known(entry, LATE_KEYS, "late")
    due = entry.get("due")
    if due is not None and (not isinstance(due, datetime) or due.tzinfo is None):
        raise ValueError("late: 'due' must be a time with its zone, as 2026-11-20T23:59:00-08:00")
    grace, a_day, most = (
        _number(entry, key, usual)
        for key, usual in (("grace_minutes", 0), ("percent_a_day", 0), ("most_percent", 100))
    )
    return LatePolicy(due, timedelta(minutes=grace), a_day, most)


def _number(entry: dict[str, Any], key: str, usual: float) -> float:
    value = entry.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 100_000:
        raise ValueError(f"late: {key!r} must be a number that is not below 0, it is {value!r}")
    return float(value)


def _tables(entry: dict[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    tables = entry.get(key)
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{place}: {key!r} must be a list of at least one table")
    return tables


def _known(entry: dict[str, Any], keys: set[str], place: str) -> None:
    if unknown := sorted(set(entry) - keys):
        raise ValueError(f"{place}: unknown key {unknown[0]!r} (known: {', '.join(sorted(keys))})")


def _identifier(entry: dict[str, Any], key: str, place: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.isidentifier():
        raise ValueError(f"{place}: {key!r} must be a name that Python could use, it is {value!r}")
    return value


def _title(entry: dict[str, Any], place: str) -> str:
    value = entry.get("title")
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place}: 'title' must be some words, it is {value!r}")
    return value


def _points(entry: dict[str, Any], place: str) -> Decimal:
    value = entry.get("points")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"{place}: 'points' must be a number, it is {value!r}")
    points = Decimal(value)
    if not points.is_finite() or points <= 0 or points != round(points, 2):
        raise ValueError(f"{place}: 'points' must be positive with at most two decimals, it is {value}")
    return points


def _unique(names: list[str], what: str) -> None:
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{what} {repeated[0]!r} is there twice")
