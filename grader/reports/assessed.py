"""What was assessed, what people said of it, and what is left for them."""

from __future__ import annotations

from collections.abc import Iterable

from grader.plurals import plural
from grader.records.grade import Grade, Lateness, Marked, Outcome, PartScore, ScoredCheck
from grader.reports.words import counted, number, of, worth
from grader.scoring import assessed

UNKNOWN = "–"  # in the place of a number that nobody knows yet


def score(grade: Grade, part: PartScore | None = None) -> str:
    """Points of a part or of the whole; what was not assessed is no zero."""
    one, name = part or grade, part.id if part else ""
    return number(one.score) if assessed(grade.checks, name) or one.score else UNKNOWN


def number_of(grade: Grade, part: PartScore | None = None) -> str:
    """The points of a part or of the whole that were assessed."""
    points = assessed(grade.checks, part.id if part else "")
    return number(points) if points else UNKNOWN


def of_assessed(grade: Grade) -> str:
    """ "75.75 of 76.75 points assessed"; "90 of 100 points" where all was."""
    judged = assessed(grade.checks)
    if judged == grade.max_score:
        return f"{number(grade.score)} of {counted(judged)}"
    return f"{score(grade)} of {counted(judged)} assessed"


def lateness(late: Lateness) -> str:
    """ "Handed in 2 days late: 20 % off (−20 points)."."""
    off = f" (−{counted(late.points)})" if late.points else ""
    return f"{late.said.rstrip('.')}{off}."


def left_for_people(grade: Grade) -> str:
    """What people must still do before the grade is complete, "" for nothing."""
    pending, errors = (of(grade.checks, one) for one in (Outcome.PENDING, Outcome.ERROR))
    stale = [check for check in grade.checks if check.mark and check.mark.stale]
    said = [
        f"{plural(len(lines), 'line', 'lines')} {what} ({counted(worth(lines))})"
        for lines, what in ((pending, "not assessed"), (errors, "that could not be judged"))
        if lines
    ]
    if stale:
        said.append(plural(len(stale), "mark out of date", "marks out of date"))
    return ", ".join(said)


def marked(checks: Iterable[ScoredCheck]) -> tuple[ScoredCheck, ...]:
    """The lines that a person has said something of."""
    return tuple(check for check in checks if check.mark)


def mark(check: ScoredCheck) -> str:
    """What a person said of a line, beside what the grader found; "" where nobody said anything."""
    said = check.mark
    if said is None:
        return ""
    points = f"{number(said.points)} of {counted(check.max_score)}" if said.points is not None else ""
    if said.stale:
        before = f": {points} then" if points else ""
        return f"Out of date: what was marked has changed since{before}. {said.comment}".rstrip()
    own = "" if said.outcome is Outcome.PENDING or not points else f" (the grader: {_verdict(said)})"
    who = f" by {said.by}" if said.by else ""
    return f"{points or 'Commented'}{who}{own}{f': {said.comment}' if said.comment else '.'}"


def _verdict(said: Marked) -> str:
    return f"{said.outcome.value}, {counted(said.score)}"
