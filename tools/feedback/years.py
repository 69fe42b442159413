"""Stands for the grader's profiles in the action: of each course year what reading needs, and no points."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.profiles.claims import Claims, Figure

YEARS = Path(__file__).with_name("years.json")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a course year asks, as far as reading needs it."""

    name: str
    graded: tuple[str, ...]
    graded_by_part: tuple[tuple[str, ...], ...]
    names: Mapping[str, str]
    claims: Claims | None


@cache
def _years() -> dict[str, Profile]:
    told = json.loads(YEARS.read_text(encoding="utf-8"))
    return {year["name"]: _profile(year) for year in told}


def _profile(year: dict[str, object]) -> Profile:
    match year:
        case {"graded": list(graded), "graded_by_part": list(parts), "names": dict(names), "claims": claims}:
            return Profile(str(year["name"]), tuple(graded), tuple(map(tuple, parts)), names, _claims(claims))
    raise ValueError(f"{YEARS.name}: {year}")


def _claims(told: object) -> Claims | None:
    match told:
        case {"file": str(file), "figures": list(figures)}:
            return Claims(file, tuple(Figure(**figure) for figure in figures))
    return None


def names() -> tuple[str, ...]:
    """The course years, the default first."""
    return tuple(_years())


def load(word: str = "") -> Profile:
    """Return a course year, the default where none is named."""
    return _years()[word or names()[0]]
