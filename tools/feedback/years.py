"""Stands for the grader's profiles in the action: of each course year what reading needs, and no points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from grader.profiles.reading import Claims, Questions

YEARS = Path(__file__).with_name("years.json")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a course year asks, as far as reading needs it."""

    name: str
    graded: tuple[str, ...]
    graded_by_part: tuple[tuple[str, ...], ...]
    names: Mapping[str, str]
    claims: Claims | None
    questions: Questions
    handed_in: tuple[str, ...]


@cache
def _years() -> dict[str, Profile]:
    return {year.name: year for year in msgspec.json.decode(YEARS.read_bytes(), type=list[Profile])}


def names() -> tuple[str, ...]:
    """The course years, the default first."""
    return tuple(_years())


def load(word: str = "") -> Profile:
    """Return a course year, the default where none is named."""
    return _years()[word or names()[0]]
