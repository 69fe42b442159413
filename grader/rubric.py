"""The rubric: every point of the assignment, as a profile gives it (grader/profiles/)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FEEDBACK = ("score", "part", "line", "hint", "full")  # how much of a line a student's report tells, rising


@dataclass(frozen=True, slots=True)
class Scale:
    """What a measured figure earns: [figure, percent of the points] at cut-offs, the worst first.

    From one cut-off on its percent is earned, up to the next one (in steps), or what lies on a line to it.
    """

    cut_offs: tuple[tuple[float, float], ...]
    linear: bool
    falls: bool = False  # whether a smaller figure is better

    def share(self, figure: float) -> float:
        """Return what share of the points a figure earns: 0 to 1."""
        sign = -1 if self.falls else 1
        reached = [at for at, (cut, _) in enumerate(self.cut_offs) if sign * figure >= sign * cut]
        if not reached:
            return 0.0
        cut, percent = self.cut_offs[reached[-1]]
        if self.linear and percent < 100:
            following, more = self.cut_offs[reached[-1] + 1]
            percent += (more - percent) * (figure - cut) / (following - cut)
        return percent / 100

    def __str__(self) -> str:
        bound = "up to" if self.falls else "from"
        steps = ", ".join(f"{percent:g} % {bound} {cut:g}" for cut, percent in self.cut_offs)
        return f"{steps}{' on a line between them' if self.linear and len(self.cut_offs) > 1 else ''}"


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
    scales: Mapping[str, Scale] = field(default_factory=dict, hash=False)  # by training plan


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
