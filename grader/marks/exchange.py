"""Marks from files that people edit: what can't be right is told at once, each fault with its line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from grader.errors import CallError
from grader.marks.about import about
from grader.marks.entry import Decision, Mark
from grader.marks.standing import Standing
from grader.marks.told import READERS, Told
from grader.paths import shown
from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.scoring import by_a_person

KEYS = ("points", "comment", "about", "now", "by", "at")
DECISION_KEYS = ("cause", "line", *KEYS)
FAULTS_SHOWN = 50  # of a file
HOW = "write [SUBMISSION.PART.CHECK], under it points = ... and comment = '...'"


@dataclass(frozen=True, slots=True)
class Known:
    """A graded submission: `name` is its folder, `subject` what the store knows it by."""

    name: str
    subject: str
    grade: Grade  # as the grader judged it


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says, and who said it; "" where it doesn't tell."""

    what: Mark | Decision
    by: str = ""
    now: str = ""  # what the line said when a mark that was out of date was exported


class Faulty(Exception):
    """What is wrong with one thing that a file says."""


def read(path: Path, known: Sequence[Known]) -> tuple[Said, ...]:
    """What a .toml or .csv file says about the submissions that are known.

    A mark without `about` is bound to what its line says now. Raises CallError with every fault of the
    file and its line.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise CallError(f"{path}: marks are exchanged as .toml or .csv.")
    return checked(reader(path), known)


def checked(tells: Iterable[Told], known: Sequence[Known]) -> tuple[Said, ...]:
    """All of it, if it can be right; raises CallError with every fault and its place."""
    keys = (
        lambda one: one.subject,
        lambda one: shown(one.name),
        lambda one: one.name,
    )  # the last counts most
    by_name = {key(one): one for key in keys for one in known}
    found, faults = dict[str, Said](), list[str]()
    for told in tells:
        try:
            said = _said(told, by_name)
            if said.what.target in found:
                raise Faulty(
                    f"{told.submission or 'this cause'} has two marks for {told.line or 'all lines'}."
                )
            found[said.what.target] = said
        except Faulty as error:
            faults.append(f"{told.place}: {error}")
    if faults:
        more = [f"... and {len(faults) - FAULTS_SHOWN} more."] if len(faults) > FAULTS_SHOWN else []
        raise CallError("\n".join(faults[:FAULTS_SHOWN] + more))
    return tuple(found.values())


def news(said: Iterable[Said], standing: Standing) -> tuple[Said, ...]:
    """What of it doesn't stand already.

    A mark that was exported when it was out of date, and was given other points or words since, is bound to
    what its line said then; one that was left alone stays out of date.
    """
    stands = {entry.what for marks in standing.marks.values() for entry in marks.values()}
    stands |= {entry.what for entry in standing.decisions}
    return tuple(_renewed(one) for one in said if one.what not in stands)


def _renewed(said: Said) -> Said:
    if not said.now or not isinstance(said.what, Mark):
        return said
    return replace(said, what=replace(said.what, about=said.now))


def _said(told: Told, known: Mapping[str, Known]) -> Said:
    by = told.values.get("by", "")
    what = _decision(told) if told.submission is None else _mark(told, known)
    return Said(what, str(by), _words(told, "now"))


def _mark(told: Told, known: Mapping[str, Known]) -> Mark:
    assert told.submission is not None
    one = known.get(told.submission)
    if one is None or not told.line:
        raise Faulty(_unknown_submission(told, known))
    check = next((check for check in one.grade.checks if check.id == told.line), None)
    if check is None:
        raise Faulty(_unknown_line(told.line, one.grade))
    if set(told.values) - set(KEYS) or not set(told.values) & {"points", "comment"}:
        raise Faulty(f"{HOW}, and nothing else.")
    points, comment = _points(told, check), _words(told, "comment")
    if why := problem(check, points, comment):
        raise Faulty(why)
    return Mark(one.subject, check.id, points, comment, _words(told, "about") or about(one.grade, check))


def problem(check: ScoredCheck, points: float | None, comment: str) -> str:
    """Why these points and words can't stand for a line as the grader judged it; "" where they can."""
    if points is not None and not 0 <= points <= check.max_score:
        return f"the points of {check.id} go from 0 to {check.max_score:g}, not {points!r}."
    if points is None and not comment:
        return f"give points or a comment for {check.id}."
    persons = by_a_person(check.part) or check.outcome is Outcome.PENDING
    if points not in (None, check.score) and not persons and not comment:
        return f"say in a comment why {check.id} gets other points than the grader gives."
    return ""


def _decision(told: Told) -> Decision:
    if set(told.values) - set(DECISION_KEYS) or not told.values.get("cause"):
        raise Faulty(
            f"a mark is of a submission or of a cause; of a mark for all say {', '.join(DECISION_KEYS)}."
        )
    points, comment = _points(told, None), _words(told, "comment")
    if not comment:
        raise Faulty("say in a comment why this cause gets other points than the grader gives.")
    return Decision(_words(told, "cause"), told.line or _words(told, "line"), points, comment)


def _points(told: Told, check: ScoredCheck | None) -> float | None:
    points = told.values.get("points")
    if points is None:
        return None
    if type(points) not in (int, float) or not 0 <= points < math.inf:
        of = f"the points of {check.id} go from 0 to {check.max_score:g}" if check else "points go from 0"
        raise Faulty(f"{of}, not {points!r}.")
    return float(points)


def _words(told: Told, key: str) -> str:
    words = told.values.get(key, "")
    if not isinstance(words, str):
        raise Faulty(f"{key} is written in quotes, it is {words!r}.")
    return words.strip()


def _unknown_submission(told: Told, known: Mapping[str, Known]) -> str:
    whole = f"{told.submission}.{told.line}"
    if any(check.id == whole for one in known.values() for check in one.grade.checks):
        return f"whose {whole}? {HOW}."
    if not told.line:
        return f"{HOW}, and nothing else."
    close = get_close_matches(told.submission or "", known, n=1)
    return f"there is no report of {told.submission!r}{f', there is one of {close[0]!r}' if close else ''}."


def _unknown_line(line: str, grade: Grade) -> str:
    close = get_close_matches(line, [check.id for check in grade.checks], n=1)
    return f"{line or 'nothing'} is no line of the rubric{f', {close[0]} is' if close else ''}."
