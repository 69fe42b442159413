"""The class as one table that a spreadsheet reads: everybody, and how far each grade is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader import tables
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.errors import CallError
from grader.records.grade import Grade
from grader.reports.escape import one_line
from grader.scoring import assessed
from grader.tables import Cell

WHO = (
    "student",
    "sis_id",
    "login",
    "email",
    "section",
    "submission",
    "status",
    "complete",
    "late",
    "late_days",
    "late_points",
)
NUMBERS = ("score", "assessed", "max_score", "pending")


def gradebook(rows: Iterable[Row]) -> str:
    """One line a student, none for staff: what was assessed and earned, and what a person must know.

    What nobody has assessed is an empty cell, never a zero.
    """
    people = [(row, person) for row in rows for person in row.entry.people if person.is_student]
    parts = list(dict.fromkeys(part.title for row, _ in people if row.grade for part in row.grade.parts))
    header = [
        *WHO,
        "score",
        "assessed",
        "max_score",
        "pending",
        *parts,
        "look",
        "remarks",
        "submission_sha256",
        "seed",
    ]
    return tables.write(header, [_row(row, person, parts) for row, person in people], marked=True)


def submissions(path: Path) -> set[str]:
    """The submissions of a gradebook that was written before; none where there is no such file."""
    try:
        header, *rows = tables.read(path)
        place = header.cells.index("submission")
    except (CallError, ValueError):
        return set()
    return {row.cells[place] for row in rows if row.cells[place:]} - {""}


def _row(row: Row, person: Person, parts: Iterable[str]) -> list[Cell]:
    grade, entry = row.grade, row.entry
    who = [person.name, person.sis_id, person.login, person.email, person.section, entry.name]
    held = person in entry.held
    complete = "yes" if grade and grade.complete and not held else "no"
    state = ["held back" if held else status(row), complete, *_late(row)]
    words = [*who, *state]
    remarks = [one_line(row.look), one_line("; ".join(entry.remarks))]
    if grade is None:
        return [*map(one_line, words), "", "", "", "", *("" for _ in parts), *remarks, "", ""]
    judged = assessed(grade.checks)
    points = (judged, grade.max_score, grade.pending)
    numbers = [_points(grade.score) if judged else "", *map(_points, points)]
    tail = [*remarks, grade.provenance.submission_sha256, str(grade.provenance.seed)]
    return [*map(one_line, words), *numbers, *_part_scores(grade, parts), *tail]


def status(row: Row) -> str:
    """How far a grade is, in words."""
    if row.entry.path is None:
        return "nothing handed in"
    if row.grade is None:
        return "not graded"
    return "complete" if row.grade.complete else "a person must look" if row.look else "not complete"


def _late(row: Row) -> list[str]:
    cost = row.grade.late if row.grade else None
    days = "" if cost is None or cost.days is None else str(cost.days)
    return ["yes" if row.entry.late or cost else "", days, _points(cost.points) if cost else ""]


def _part_scores(grade: Grade, parts: Iterable[str]) -> list[Cell]:
    scores = {part.title: _points(part.score) for part in grade.parts if assessed(grade.checks, part.id)}
    return [scores.get(title, "") for title in parts]


def _points(value: float) -> str:
    return f"{value:.2f}"
