"""How fast marking goes, by grader and question, and how long it will take. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from grader.marks.entry import Entry, Mark, Reading

PAUSE = 600.0  # seconds after which somebody did something else


@dataclass(frozen=True, slots=True)
class Pace:
    """What one grader did of one line; `seconds` an answer, None where it can't be told."""

    who: str
    line: str
    count: int
    seconds: float | None


def paces(entries: Iterable[Entry], gone: frozenset[int]) -> tuple[Pace, ...]:
    """Each grader's pace on each line: the median time between two of their marks, pauses left out.

    Marks that were written at once, for a group or from a file, are counted and not timed.
    """
    times: dict[str, list[tuple[float, str]]] = defaultdict(list)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        if isinstance(entry.what, Mark | Reading):
            times[entry.who].append((entry.at.timestamp(), entry.what.line))
            if entry.number not in gone:
                counts[entry.who, entry.what.line] += 1
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    for who, marks in times.items():
        for (before, _), (at, line) in pairwise(marks):
            if 0 < at - before <= PAUSE:
                taken[who, line].append(at - before)
    return tuple(
        Pace(who, line, count, median(taken[who, line]) if taken[who, line] else None)
        for (who, line), count in sorted(counts.items())
    )


def to_go(left: Mapping[str, int], paces: Iterable[Pace]) -> float | None:
    """Seconds of one person's work that are left; None where nobody's pace is known."""
    by_line: dict[str, list[float]] = defaultdict(list)
    for pace in paces:
        if pace.seconds is not None:
            by_line[pace.line].append(pace.seconds)
    if any(count and not by_line[line] for line, count in left.items()):
        return None
    return sum(count * median(by_line[line]) for line, count in left.items() if count)


def duration(seconds: float | None) -> str:
    """ "35 s", "12 min", "3 h 20 min"; a dash where nobody knows."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
