"""The rubric: every point of the assignment, as a profile gives it (grader/profiles/)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
    help: str = ""  # the course's own words to whoever lost it


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
    """Every point of the assignment; `sha256` is that of the files it was read from."""

    parts: tuple[Part, ...]
    sha256: str
    late: LatePolicy | None = None  # None: being late costs nothing

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all parts, in order."""
        return tuple(line for part in self.parts for line in part.lines)
