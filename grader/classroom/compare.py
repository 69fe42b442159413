"""Two gradings of a class side by side: whom a change of grader or rubric moves, by how much, and why.

Verdicts are compared with verdicts, and people's marks with people's marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grader.records.grade import Grade, Marked, ScoredCheck
from grader.scoring import rescored


@dataclass(frozen=True, slots=True)
class LineMove:
    """A line of the rubric that says something else now; None where one grading has no such line."""

    id: str
    old: ScoredCheck | None
    new: ScoredCheck | None

    @property
    def delta(self) -> float:
        """Points won (or lost, below 0) by the change."""
        return round((self.new.score if self.new else 0.0) - (self.old.score if self.old else 0.0), 2)


@dataclass(frozen=True, slots=True)
class MarkMove:
    """A line that a person says something else of now; None where nobody said anything."""

    id: str
    old: Marked | None
    new: Marked | None


@dataclass(frozen=True, slots=True)
class Move:
    """A submission with its two scores as the grader judged it; None where one grading lacks it."""

    name: str
    old: float | None
    new: float | None
    lines: tuple[LineMove, ...] = ()
    resubmitted: bool = False
    marks: tuple[MarkMove, ...] = ()

    @property
    def delta(self) -> float:
        """Points won (or lost, below 0) by the change; 0 where there is nothing to compare with."""
        return 0.0 if self.old is None or self.new is None else round(self.new - self.old, 2)


def moves(old: Mapping[str, Grade], new: Mapping[str, Grade]) -> tuple[Move, ...]:
    """What differs, by name of the submission; the largest change first."""
    found = (_move(name, old.get(name), new.get(name)) for name in sorted({*old, *new}))
    changed = (one for one in found if one.lines or one.delta or one.marks or None in (one.old, one.new))
    return tuple(sorted(changed, key=lambda one: -abs(one.delta)))


def verdict(grade: Grade) -> Grade:
    """The grade as the grader judged it, without what people said."""
    return rescored(grade, tuple(map(_verdict, grade.checks)))


def _verdict(check: ScoredCheck) -> ScoredCheck:
    if check.mark is None:
        return check
    return replace(check, outcome=check.mark.outcome, score=check.mark.score, mark=None)


def _move(name: str, old: Grade | None, new: Grade | None) -> Move:
    before, after = (verdict(grade) if grade else None for grade in (old, new))
    if old is None or new is None or before is None or after is None:
        return Move(name, before.score if before else None, after.score if after else None)
    resubmitted = old.provenance.submission_sha256 != new.provenance.submission_sha256
    lines, marks = tuple(_lines(before.checks, after.checks)), tuple(_marks(old.checks, new.checks))
    return Move(name, before.score, after.score, lines, resubmitted, marks)


def _marks(old: Iterable[ScoredCheck], new: Iterable[ScoredCheck]) -> Iterable[MarkMove]:
    before, after = ({check.id: check.mark for check in checks if check.mark} for checks in (old, new))
    for line in dict.fromkeys((*before, *after)):
        if _said(before.get(line)) != _said(after.get(line)):
            yield MarkMove(line, before.get(line), after.get(line))


def _said(mark: Marked | None) -> tuple[object, ...] | None:
    return (mark.points, mark.comment, mark.stale) if mark else None


def _lines(old: Iterable[ScoredCheck], new: Iterable[ScoredCheck]) -> Iterable[LineMove]:
    before, after = ({check.id: check for check in checks} for checks in (old, new))
    for name in dict.fromkeys((*before, *after)):
        line = LineMove(name, before.get(name), after.get(name))
        if line.delta or _outcome(line.old) != _outcome(line.new):
            yield line


def _outcome(check: ScoredCheck | None) -> str:
    return check.outcome.value if check else ""
