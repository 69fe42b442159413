"""Rubric x results = score: pure, and the only place where points are given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.assignment import JUDGED
from grader.records.grade import CheckResult, Grade, Lateness, Outcome, PartScore, ScoredCheck
from grader.records.reason import Reason
from grader.rubric import Line, Part, Rubric


def by_a_person(part: str) -> bool:
    """Return whether a part is one that nothing here can grade."""
    return part not in JUDGED


def score(
    rubric: Rubric, results: Mapping[str, CheckResult]
) -> tuple[tuple[PartScore, ...], tuple[ScoredCheck, ...]]:
    """Return every part and every line of the rubric with its points, in the rubric's order.

    A line without a result was not assessed by mistake (`error`), a written question by intent (`pending`).
    A result without a line is worth nothing: the rubric decides.
    """
    checks = tuple(_scored(line, results.get(line.id) or _unanswered(line)) for line in rubric.lines)
    return tuple(_part(part, checks) for part in rubric.parts), checks


def total(points: Iterable[float]) -> float:
    """Return the sum of points; they are hundredths, so rounding to two decimals makes it exact."""
    return round(math.fsum(points), 2)


def judged(checks: Iterable[ScoredCheck], part: str = "") -> tuple[ScoredCheck, ...]:
    """Return the lines, of all parts or of one, that have a verdict: neither pending nor in error."""
    open_ended = (Outcome.PENDING, Outcome.ERROR)
    return tuple(one for one in checks if part in ("", one.part) and one.outcome not in open_ended)


def assessed(checks: Iterable[ScoredCheck], part: str = "") -> float:
    """Return the points that were assessed, of all parts or of one."""
    return total(check.max_score for check in judged(checks, part))


def rescored(grade: Grade, checks: tuple[ScoredCheck, ...]) -> Grade:
    """Return the grade with these lines instead of its own; parts and whole add up again."""
    parts = tuple(_summed(part, checks) for part in grade.parts)
    return replace(
        grade,
        score=max(0.0, total((*(part.score for part in parts), -(grade.late.points if grade.late else 0.0)))),
        pending=total(part.pending for part in parts),
        parts=parts,
        checks=checks,
    )


def deducted(grade: Grade, late: Lateness | None) -> Grade:
    """The grade less what being late costs."""
    return rescored(replace(grade, late=late), grade.checks) if late else grade


def _unanswered(line: Line) -> CheckResult:
    if by_a_person(line.part):
        return CheckResult(line.id, Outcome.PENDING, Reason("a person grades this"))
    return CheckResult(line.id, Outcome.ERROR, Reason("the check did not run"))


def _scored(line: Line, result: CheckResult) -> ScoredCheck:
    return ScoredCheck(
        id=line.id,
        part=line.part,
        title=line.title,
        outcome=result.outcome,
        score=line.points if result.outcome is Outcome.PASSED else total([line.points * result.share]),
        max_score=line.points,
        reason=_helped(line, result),
        seconds=result.seconds,
    )


def _helped(line: Line, result: CheckResult) -> Reason:
    """The reason with the course's own words before the grader's, where a line was lost."""
    if not line.help or result.outcome not in (Outcome.FAILED, Outcome.BLOCKED):
        return result.reason
    return replace(result.reason, help=f"{line.help} {result.reason.help}".strip())


def _part(part: Part, checks: Iterable[ScoredCheck]) -> PartScore:
    return _summed(PartScore(part.id, part.title, 0.0, part.points, 0.0), checks)


def _summed(part: PartScore, checks: Iterable[ScoredCheck]) -> PartScore:
    own = [check for check in checks if check.part == part.id]
    pending = total(check.max_score for check in own if check.outcome is Outcome.PENDING)
    return replace(part, score=total(check.score for check in own), pending=pending)
