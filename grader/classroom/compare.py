"""Two gradings of a class side by side: whom a change of grader or rubric moves, by how much, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.records.grade import Grade, ScoredCheck


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
class Move:
    """A submission with its two scores; None where one grading lacks it."""

    name: str
    old: float | None
    new: float | None
    lines: tuple[LineMove, ...] = ()
    resubmitted: bool = False

    @property
    def delta(self) -> float:
        """Points won (or lost, below 0) by the change; 0 where there is nothing to compare with."""
        return 0.0 if self.old is None or self.new is None else round(self.new - self.old, 2)


def moves(old: Mapping[str, Grade], new: Mapping[str, Grade]) -> tuple[Move, ...]:
    """What differs, by name of the submission; the largest change first."""
    found = (_move(name, old.get(name), new.get(name)) for name in sorted({*old, *new}))
    changed = (move for move in found if move.lines or move.delta or None in (move.old, move.new))
    return tuple(sorted(changed, key=lambda move: -abs(move.delta)))


def _move(name: str, old: Grade | None, new: Grade | None) -> Move:
    if old is None or new is None:
        return Move(name, old.score if old else None, new.score if new else None)
    resubmitted = old.provenance.submission_sha256 != new.provenance.submission_sha256
    return Move(name, old.score, new.score, tuple(_lines(old.checks, new.checks)), resubmitted)


def _lines(old: Iterable[ScoredCheck], new: Iterable[ScoredCheck]) -> Iterable[LineMove]:
    before, after = ({check.id: check for check in checks} for checks in (old, new))
    for name in dict.fromkeys((*before, *after)):
        line = LineMove(name, before.get(name), after.get(name))
        if line.delta or _outcome(line.old) != _outcome(line.new):
            yield line


def _outcome(check: ScoredCheck | None) -> str:
    return check.outcome.value if check else ""
