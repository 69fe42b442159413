"""What a class shows that no single grade does: hard lines, telling lines, faults that many share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import StatisticsError, correlation, mean, median, mode, stdev

from grader.classroom.handed_in import Entry
from grader.records.grade import Grade, Outcome, ScoredCheck

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
        lines = sum(check.outcome is Outcome.ERROR for check in self.grade.checks)
        if self.grade.submission.problem:
            return f"can't be read: {self.grade.submission.problem}"
        return f"{lines} line{'s' * (lines > 1)} could not be judged" if lines else ""


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
    """Submissions that lost points for the same diagnosed cause."""

    cause: str
    checks: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How the scores of one part lie: count per tenth of the points that were assessed."""

    title: str
    max_score: float
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
    """Diagnosed causes that cost points, the most frequent first; names that students gave are left out."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        for check in row.grade.checks if row.grade and not row.grade.submission.problem else ():
            if check.outcome is Outcome.FAILED:
                found[QUOTED.sub("...", check.reason.text)][row.entry.name].add(check.id)
    grouped = (
        Cluster(cause, tuple(sorted(set().union(*names.values()))), tuple(sorted(names)))
        for cause, names in found.items()
    )
    return tuple(sorted(grouped, key=lambda cluster: (-len(cluster.names), cluster.checks)))


def spreads(grades: Sequence[Grade]) -> tuple[Spread, ...]:
    """The distribution of the whole and of every part that was assessed."""
    if not grades:
        return ()
    whole = [(grade.score, grade.max_score - grade.pending) for grade in grades]
    parts = [
        (part.title, [(g.parts[n].score, g.parts[n].max_score - g.parts[n].pending) for g in grades])
        for n, part in enumerate(grades[0].parts)
    ]
    return tuple(
        _spread(title, scores) for title, scores in [("Whole", whole), *parts] if any(m for _, m in scores)
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


def _spread(title: str, scores: Sequence[tuple[float, float]]) -> Spread:
    earned = [score for score, _ in scores]
    shares = [score / assessed for score, assessed in scores if assessed]
    edges = [n / 10 for n in range(10)] + [1.01]
    return Spread(
        title=title,
        max_score=mode(assessed for _, assessed in scores),
        mean=mean(earned),
        median=median(earned),
        deviation=stdev(earned) if len(earned) > 1 else 0.0,
        tenths=tuple(sum(low <= share < high for share in shares) for low, high in pairwise(edges)),
    )
