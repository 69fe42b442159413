"""The grade as it counts: the grader's verdicts, and what people say beside them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.marks.about import causes_of, fits
from grader.marks.entry import Decision, Entry, Mark, Reply, What
from grader.marks.standing import Standing
from grader.records.grade import Grade, Marked, Outcome, ScoredCheck
from grader.scoring import rescored


def merge(grade: Grade, standing: Standing, submission: str) -> Grade:
    """The grade with what stands of people's words about `submission`; the grade itself where nothing does.

    A line keeps what the grader found, and its `mark` keeps the grader's own outcome and points. A mark
    that is out of date changes no points: it waits, with its old value, for a person to say it again.
    """
    said = standing.of(submission)
    checks = tuple(_merged(grade, check, said.get(check.id), standing.decisions) for check in grade.checks)
    lost = sorted(set(said) - {check.id for check in checks})
    replies = tuple(map(_reply, standing.replies.get(submission, ())))
    if checks == grade.checks and not lost and not replies:
        return grade
    notes = (*(f"{line} was marked by hand and is no line of this rubric." for line in lost), *replies)
    return replace(rescored(grade, checks), notes=(*grade.notes, *notes))


def _reply(entry: Entry) -> str:
    """What a student asked and was answered, as a note of their report."""
    reply = entry.what
    assert isinstance(reply, Reply)
    moved = f"{reply.before:g} points, now {reply.after:g}" if reply.before != reply.after else "no change"
    return f'Your request on {reply.line}: "{reply.asked}" Answer: {reply.words} ({moved})'


def _merged(grade: Grade, check: ScoredCheck, said: Entry | None, decisions: Iterable[Entry]) -> ScoredCheck:
    decided = _decided(check, decisions)
    if said is None:
        return check if decided is None else _settled(check, decided)
    mark = said.what
    assert isinstance(mark, Mark)
    if mark.points is None and decided is not None:
        return _settled(check, replace(decided, comment=mark.comment or decided.comment))
    if not fits(mark, grade, check):
        return replace(check, mark=_marked(check, said, mark.points, mark.comment, stale=True))
    return _settled(check, _marked(check, said, mark.points, mark.comment))


def _decided(check: ScoredCheck, decisions: Iterable[Entry]) -> Marked | None:
    """What was decided for a line, if each of its causes was decided on; the least points of them."""
    if check.outcome is not Outcome.FAILED:
        return None
    last = {cause: entry for entry in decisions if (cause := _cause_for(entry.what, check))}
    causes = causes_of(check)
    if not causes or not last.keys() >= set(causes):
        return None
    marks = [_by_decision(check, last[cause]) for cause in causes]
    return min(marks, key=lambda mark: mark.points or 0.0)


def _cause_for(what: What, check: ScoredCheck) -> str:
    """The cause that a decision is about, "" where it is about other lines."""
    return what.cause if isinstance(what, Decision) and what.line in ("", check.id) else ""


def _by_decision(check: ScoredCheck, entry: Entry) -> Marked:
    decision = entry.what
    assert isinstance(decision, Decision)
    points = check.max_score if decision.points is None else min(max(decision.points, 0.0), check.max_score)
    return _marked(check, entry, points, decision.comment, decision=decision.cause)


def _marked(
    check: ScoredCheck,
    entry: Entry,
    points: float | None,
    comment: str,
    decision: str = "",
    stale: bool = False,
) -> Marked:
    at = entry.at.isoformat(timespec="seconds")
    return Marked(points, comment, entry.who, at, decision, stale, check.outcome, check.score)


def _settled(check: ScoredCheck, mark: Marked) -> ScoredCheck:
    """The line with a person's points, if any were given: nothing of it is left to judge."""
    if mark.points is None:
        return replace(check, mark=mark)
    outcome = _outcome(check, mark.points)
    return replace(check, outcome=outcome, score=mark.points, mark=mark)


def _outcome(check: ScoredCheck, points: float) -> Outcome:
    """Points taken off a line that only a person can judge (8 of 10) are no fault; none at all are."""
    if points == check.max_score or (check.outcome is Outcome.PENDING and points > 0):
        return Outcome.PASSED
    return check.outcome if check.outcome is Outcome.BLOCKED else Outcome.FAILED
