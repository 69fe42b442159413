"""The older way: a marks.toml beside a report. What it says is taken over into the store, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.marks import told
from grader.marks.about import about
from grader.marks.entry import Mark
from grader.marks.exchange import Known, Said, checked
from grader.marks.store import Store
from grader.records.grade import Grade, Provenance
from grader.records.submission import Submission
from grader.rubric import Rubric
from grader.scoring import score

FILE = "marks.toml"


def is_there(folder: Path) -> bool:
    """Whether there is such a file."""
    return (folder / FILE).is_file()


def check(folder: Path, rubric: Rubric) -> None:
    """Raise CallError for a file of marks that can't be right, before anything is graded."""
    _read(folder, rubric)


def take_over(folder: Path, subject: str, grade: Grade, rubric: Rubric, store: Path) -> tuple[Mark, ...]:
    """Add to the store what the file beside a report says and was not taken over before; what it was."""
    marks = _read(folder, rubric)
    if not marks:
        return ()
    checks = {one.id: one for one in grade.checks}
    bound = [
        replace(mark, submission=subject, about=about(grade, checks[mark.line]))
        if mark.line in checks
        else mark
        for mark in marks
    ]
    with Store.open(store) as kept:
        before = {entry.what.target: entry.what for entry in kept.entries() if entry.who == FILE}
        new = tuple(mark for mark in bound if _said(before.get(mark.target)) != _said(mark))
        kept.append_all(FILE, new)
    return new


def _read(folder: Path, rubric: Rubric) -> Sequence[Mark]:
    path = folder / FILE
    if not is_there(folder):
        return ()
    known = Known(folder.name, folder.name, _unjudged(rubric))
    said: Sequence[Said] = checked(told.toml(path, (folder.name,)), [known])
    return [one.what for one in said if isinstance(one.what, Mark)]


def _unjudged(rubric: Rubric) -> Grade:
    """A grade before anything was judged, to hold marks against."""
    parts, checks = score(rubric, {})
    whole = sum(part.max_score for part in parts)
    provenance = Provenance("", "", rubric.sha256, 0, "", "", "", 0.0)
    return Grade("", 0.0, whole, whole, parts, checks, (), Submission("", ""), (), provenance)


def _said(mark: object) -> tuple[float | None, str] | None:
    return (mark.points, mark.comment) if isinstance(mark, Mark) else None
