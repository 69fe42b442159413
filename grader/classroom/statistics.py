"""What a class shows that no single grade does: hard lines, lines that tell little, faults many share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import StatisticsError, correlation, mean, median, stdev

from grader.classroom.handed_in import Entry
from grader.marks.about import causes_of
from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.scoring import judged, total

QUOTED = re.compile(r"(['\"`]).*?\1")


@dataclass(frozen=True, slots=True)
class Row:
    """One submission of the class with its grade, or why it has none."""

    entry: Entry
    grade: Grade | None = None
    problem: str = ""

    @property
    def look(self) -> str:
        """Why a person must look at it, "" where nobody needs to."""
        if self.grade is None:
            return self.problem
        if self.grade.complete:
            return ""
        if self.grade.submission.problem:
            return f"can't be read: {self.grade.submission.problem}"
        lines = sum(check.outcome is Outcome.ERROR for check in self.grade.checks)
        stale = sum(check.mark is not None and check.mark.stale for check in self.grade.checks)
        said = [
            f"{count} {what if count == 1 else whats}"
            for count, what, whats in (
                (lines, "line could not be judged", "lines could not be judged"),
                (stale, "mark is out of date", "marks are out of date"),
            )
            if count
        ]
        return ", ".join(said)

    @property
    def said(self) -> tuple[str, ...]:
        """All that a person should know of it."""
        return tuple(filter(None, (self.look, *self.entry.remarks)))


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the rubric over the class.

    `earned` is the share of its points that the class earns (1: everybody all of them), over the `assessed`
    submissions. `discrimination` is the correlation of its points with all other points of a submission
    (1: who has this line has the rest; under 0.2: it tells little); None where all earn the same.
    """

    id: str
    title: str
    max_score: float
    assessed: int
    lost: int
    earned: float
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Submissions that lost points for the same cause; `points` is what it cost each, on average."""

    cause: str  # its key: what a decision is made about
    said: str  # as most were told
    checks: tuple[str, ...]
    entries: tuple[Entry, ...]
    points: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How the scores of one part lie, over the `count` submissions of which something of it was assessed.

    All numbers are shares of the assessed points; `points` is how many those were, None where that differs.
    `tenths` counts submissions by tenth.
    """

    title: str
    count: int
    points: float | None
    mean: float
    median: float
    deviation: float
    tenths: tuple[int, ...]


def items(grades: Sequence[Grade]) -> tuple[Item, ...]:
    """Item analysis, in the rubric's order; a submission that can't be read says nothing of a line."""
    by_line: dict[str, list[tuple[ScoredCheck, float]]] = defaultdict(list)
    for grade in grades:
        for check in () if grade.submission.problem else grade.checks:
            if check.outcome not in (Outcome.PENDING, Outcome.ERROR):
                by_line[check.id].append((check, grade.score - check.score))
    return tuple(_item(answers) for answers in by_line.values())


def clusters(rows: Iterable[Row]) -> tuple[Cluster, ...]:
    """Causes that cost points, the most frequent first; of a line without one, its words."""
    found: dict[str, _Found] = defaultdict(_Found)
    for row in rows:
        for check in row.grade.checks if row.grade and not row.grade.submission.problem else ():
            if check.outcome is Outcome.FAILED:
                for key in causes_of(check) or (QUOTED.sub("...", check.reason.text),):
                    found[key].add(row.entry, check)
    grouped = (one.cluster(key) for key, one in found.items())
    return tuple(sorted(grouped, key=lambda cluster: (-len(cluster.entries), cluster.checks)))


class _Found:
    """Who was found to have one cause, and what was said of it."""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()
        self.checks: set[str] = set()
        self.entries: dict[str, Entry] = {}
        self.lost: dict[str, float] = defaultdict(float)

    def add(self, entry: Entry, check: ScoredCheck) -> None:
        self.said[check.reason.text] += 1
        self.checks.add(check.id)
        self.entries[entry.name] = entry
        self.lost[entry.name] += check.max_score - check.score

    def cluster(self, key: str) -> Cluster:
        entries = tuple(self.entries[name] for name in sorted(self.entries))
        text = min(self.said, key=lambda text: (-self.said[text], text))
        points = total(self.lost.values()) / len(entries)
        return Cluster(key, text, tuple(sorted(self.checks)), entries, points)


def spreads(grades: Sequence[Grade]) -> tuple[Spread, ...]:
    """The distribution of the whole and of every part that was assessed."""
    titles = {"": "Whole"} | {part.id: part.title for grade in grades for part in grade.parts}
    scores = {part: [_score(grade, part) for grade in grades] for part in titles}
    return tuple(
        _spread(titles[part], assessed)
        for part, found in scores.items()
        if (assessed := [(earned, points) for earned, points in found if points])
    )


def _item(answers: Sequence[tuple[ScoredCheck, float]]) -> Item:
    first = answers[0][0]
    points = [check.score for check, _ in answers]
    return Item(
        id=first.id,
        title=first.title,
        max_score=first.max_score,
        assessed=len(answers),
        lost=sum(check.score < check.max_score for check, _ in answers),
        earned=mean(points) / first.max_score,
        discrimination=_correlation(points, [rest for _, rest in answers]),
    )


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    try:
        return correlation(xs, ys)
    except StatisticsError:
        return None  # all the same, or only one


def _score(grade: Grade, part: str) -> tuple[float, float]:
    """Points earned and points assessed, of a part or ("") of the whole."""
    lines = judged(grade.checks, part)
    return total(check.score for check in lines), total(check.max_score for check in lines)


def _spread(title: str, scores: Sequence[tuple[float, float]]) -> Spread:
    shares = [earned / points for earned, points in scores]
    same = {points for _, points in scores}
    edges = [n / 10 for n in range(10)] + [1.01]
    return Spread(
        title=title,
        count=len(shares),
        points=same.pop() if len(same) == 1 else None,
        mean=mean(shares),
        median=median(shares),
        deviation=stdev(shares) if len(shares) > 1 else 0.0,
        tenths=tuple(sum(low <= share < high for share in shares) for low, high in pairwise(edges)),
    )
