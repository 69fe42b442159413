"""A person's marks: a small TOML beside the report, merged into it, kept through every regrading."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.errors import CallError
from grader.records.grade import Grade, Outcome, PartScore, ScoredCheck
from grader.rubric import Line, Rubric
from grader.scoring import BY_A_PERSON, total

FILE = "marks.toml"
KEYS = ("points", "comment")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person gives for one line of the rubric, and why."""

    check: str
    points: float
    comment: str


def sha(folder: Path) -> str:
    """SHA-256 of the marks beside a report, "" where there are none."""
    path = folder / FILE
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def read(folder: Path, rubric: Rubric) -> tuple[Mark, ...]:
    """The marks beside a report; raises CallError with file and line for a file that can't be right."""
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
        page = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CallError(f"{path}: {error}") from None
    lines = {line.id: line for line in rubric.lines}
    return tuple(
        _mark(check, entry, lines, f"{path}, line {_line_of(text, check)}") for check, entry in _entries(page)
    )


def merge(grade: Grade, marks: Iterable[Mark]) -> Grade:
    """The grade with a person's marks in it: they stand instead of what the grader said."""
    by_check = {mark.check: mark for mark in marks}
    if not by_check:
        return grade
    checks = tuple(_marked(check, by_check.get(check.id)) for check in grade.checks)
    parts = tuple(_part(part, checks) for part in grade.parts)
    return replace(
        grade,
        score=total(part.score for part in parts),
        pending=total(part.pending for part in parts),
        parts=parts,
        checks=checks,
        notes=(*grade.notes, f"Marked by hand ({FILE}): {', '.join(by_check)}."),
    )


def _entries(page: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """[fcn32s.crop] is a table in a table: part, then check."""
    for part, checks in page.items():
        if isinstance(checks, dict):
            yield from ((f"{part}.{check}", entry) for check, entry in checks.items())
        else:
            yield part, checks


def _mark(check: str, entry: Any, lines: Mapping[str, Line], at: str) -> Mark:
    line = lines.get(check)
    if line is None:
        close = get_close_matches(check, lines, n=1)
        raise CallError(f"{at}: {check} is no line of the rubric{f', {close[0]} is' if close else ''}.")
    if not isinstance(entry, dict) or not set(entry) <= set(KEYS) or "points" not in entry:
        raise CallError(
            f"{at}: write [{check}], under it points = ... and comment = '...', and nothing else."
        )
    points, comment = entry["points"], entry.get("comment", "")
    if type(points) not in (int, float) or not 0 <= points <= line.points:
        raise CallError(f"{at}: the points of {check} go from 0 to {line.points:g}, not {points!r}.")
    if not isinstance(comment, str) or (not comment.strip() and line.part != BY_A_PERSON):
        raise CallError(f"{at}: say in a comment why {check} gets other points than the grader gives.")
    return Mark(check, float(points), comment.strip())


def _line_of(text: str, check: str) -> int:
    """The line that names `check`, for the message; 1 where it is written in an unusual way."""
    spaced = r"\s*\.\s*".join(rf"[\"']?{re.escape(word)}[\"']?" for word in check.split("."))
    found = re.search(rf"^\s*\[?\s*{spaced}", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def _marked(check: ScoredCheck, mark: Mark | None) -> ScoredCheck:
    if mark is None:
        return check
    outcome = Outcome.PASSED if mark.points == check.max_score else Outcome.FAILED
    rationale = f"Marked by hand: {mark.comment}" if mark.comment else "Marked by hand."
    reason = replace(check.reason, text=rationale, help="", cause=None)
    return replace(check, outcome=outcome, score=mark.points, reason=reason)


def _part(part: PartScore, checks: Iterable[ScoredCheck]) -> PartScore:
    own = [check for check in checks if check.part == part.id]
    pending = total(check.max_score for check in own if check.outcome is Outcome.PENDING)
    return replace(part, score=total(check.score for check in own), pending=pending)
