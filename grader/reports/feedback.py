"""How much a student is told, line by line: the profile's feedback levels, applied to a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader import profiles
from grader.records.grade import Grade, Outcome, PartScore, ScoredCheck
from grader.records.reason import NOTHING, Reason
from grader.reports.audience import for_student
from grader.rubric import FEEDBACK
from grader.scoring import total

REST = Reason("Not told in detail.")
WHOLE = "Other parts"


def told(grade: Grade, levels: Mapping[str, str], least: str = "full") -> Grade:
    """The grade as its student may see it: no value of the reference, and of each line what its level says.

    `levels` are those of the lines by id; `least` lowers them all. Points always add up.
    """
    own = for_student(grade)
    level = {check.id: min(levels.get(check.id, "full"), least, key=FEEDBACK.index) for check in own.checks}
    hidden = [part.id for part in own.parts if _all_hidden(part, own.checks, level)]
    parts = [part for part in own.parts if part.id not in hidden]
    rest = [part for part in own.parts if part.id in hidden]
    lines = [line for part in parts for line in _lines(part, own.checks, level)]
    if rest:
        parts.append(_sum(WHOLE.lower().replace(" ", "_"), WHOLE, rest))
        lines += _merged(parts[-1].id, WHOLE, [one for one in own.checks if one.part in hidden])
    kept = {check.part for check in lines if level.get(check.id) in ("hint", "full")}
    pictures = tuple(one for one in own.pictures if one.part in kept and all(_is_full(one.part, own, level)))
    return replace(own, parts=tuple(parts), checks=tuple(lines), pictures=pictures)


def for_its_student(grade: Grade) -> Grade:
    """The grade as the profile that it was judged by lets its student see it; raises CallError without it."""
    lines = profiles.load(grade.profile).lines
    return told(grade, {id: line.feedback for id, line in lines.items()})


def _is_full(part: str, grade: Grade, level: Mapping[str, str]) -> Iterable[bool]:
    return (level[check.id] == "full" for check in grade.checks if check.part == part)


def _all_hidden(part: PartScore, checks: Iterable[ScoredCheck], level: Mapping[str, str]) -> bool:
    return all(level[check.id] == "score" for check in checks if check.part == part.id)


def _sum(id: str, title: str, parts: Iterable[PartScore]) -> PartScore:
    every = tuple(parts)
    score, most, pending = (
        total(getattr(one, key) for one in every) for key in ("score", "max_score", "pending")
    )
    return PartScore(id, title, score, most, pending)


def _lines(part: PartScore, checks: Iterable[ScoredCheck], level: Mapping[str, str]) -> Iterable[ScoredCheck]:
    """A part's lines as far as they are told; those that are not are one."""
    own = [check for check in checks if check.part == part.id]
    shown = [_at(check, level[check.id]) for check in own if level[check.id] not in ("score", "part")]
    hidden = [check for check in own if level[check.id] in ("score", "part")]
    return [*shown, *_merged(part.id, f"Other lines of {part.title}" if shown else part.title, hidden)]


def _at(check: ScoredCheck, level: str) -> ScoredCheck:
    if level == "line":
        return replace(check, reason=NOTHING)
    if level == "hint":
        return replace(check, reason=replace(check.reason, help="", actual="", place=None))
    return check


def _merged(part: str, title: str, checks: Iterable[ScoredCheck]) -> list[ScoredCheck]:
    """Lines that are not told as one for each of earned or not, pending, in error: so that points add up."""
    groups: dict[Outcome, list[ScoredCheck]] = {}
    for check in checks:
        ended = check.outcome in (Outcome.PENDING, Outcome.ERROR)
        groups.setdefault(check.outcome if ended else Outcome.PASSED, []).append(check)
    return [_one(part, title, outcome, group) for outcome, group in groups.items()]


def _one(part: str, title: str, outcome: Outcome, checks: Iterable[ScoredCheck]) -> ScoredCheck:
    every = tuple(checks)
    score, most = total(one.score for one in every), total(one.max_score for one in every)
    if outcome is Outcome.PASSED and score < most:
        outcome = Outcome.FAILED
    return ScoredCheck(f"{part}.rest", part, title, outcome, score, most, REST)
