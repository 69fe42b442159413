"""The class as tables: gradebook.csv, Canvas's import file, Gradescope's grades."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.records.grade import Grade
from grader.reports.escape import one_line
from grader.scoring import assessed

FORMULA = tuple("=+-@＝＋－＠")  # a spreadsheet computes a cell that begins so
Cell = str | float


def gradebook(rows: Iterable[Row]) -> str:
    """Everything, one line a student: score, what is pending, each part, and what a person must look at."""
    graded = [(row, person) for row in rows for person in row.entry.people]
    parts = _parts(row for row, _ in graded)
    header = ["student", "sis_id", "login", "email", "section", "submission", "status"]
    header += ["score", "assessed", "max_score", *parts, "look", "submission_sha256", "seed"]
    return _table(header, [_gradebook_row(row, person, parts) for row, person in graded])


def canvas(rows: Iterable[Row], assignment: str) -> str:
    """What Canvas imports: `assignment` is the column's title, "Assignment 3 (1234)" in Canvas's own export.

    The cell of a student whose submission a person must look at, or who handed in nothing, stays empty:
    Canvas then changes nothing.
    """
    graded = [(row, person) for row in rows for person in row.entry.people]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]
    highest = max((row.grade.max_score for row, _ in graded if row.grade), default=0.0)
    possible: list[Cell] = ["Points Possible", "", "", "", "", _points(highest)]
    return _table(header, [possible, *(_canvas_row(row, person) for row, person in graded)])


def gradescope(rows: Iterable[Row]) -> str:
    """Grades in the columns that Gradescope exports for an assignment."""
    graded = [(row, person) for row in rows for person in row.entry.people]
    parts = _parts(row for row, _ in graded)
    header = ["Name", "SID", "Email", "Total Score", "Max Points", "Status", "Submission ID"]
    header += [f"{n}: {title}" for n, title in enumerate(parts, 1)]
    return _table(header, [_gradescope_row(row, person, parts) for row, person in graded])


def _gradebook_row(row: Row, person: Person, parts: Iterable[str]) -> list[Cell]:
    who: list[Cell] = [person.name, person.sis_id, person.login, person.email, person.section, row.entry.name]
    grade = row.grade
    if grade is None:
        return [*who, _status(row), "", "", "", *("" for _ in parts), row.look, "", ""]
    judged = assessed(grade.checks)
    numbers = [_points(grade.score) if judged else "", _points(judged), _points(grade.max_score)]
    seed = str(grade.provenance.seed)
    tail: list[Cell] = [row.look, grade.provenance.submission_sha256, seed]
    return [*who, _status(row), *numbers, *_part_scores(grade, parts), *tail]


def _canvas_row(row: Row, person: Person) -> list[Cell]:
    score = "" if row.grade is None or not row.grade.complete else _points(row.grade.score)
    return [person.name, person.canvas_id, person.sis_id, person.login, person.section, score]


def _gradescope_row(row: Row, person: Person, parts: Iterable[str]) -> list[Cell]:
    who: list[Cell] = [person.name, person.sis_id, person.email]
    number = row.entry.name.removeprefix("submission_")
    if row.grade is None:
        return [
            *who,
            "",
            "",
            "Missing" if row.entry.path is None else "Ungraded",
            number,
            *("" for _ in parts),
        ]
    total = [_points(row.grade.score) if row.grade.complete else "", _points(row.grade.max_score)]
    return [
        *who,
        *total,
        "Graded" if row.grade.complete else "Ungraded",
        number,
        *_part_scores(row.grade, parts),
    ]


def _status(row: Row) -> str:
    if row.entry.path is None:
        return "nothing handed in"
    if row.grade is None:
        return "not graded"
    return "complete" if row.grade.complete else "a person must look" if row.look else "not complete"


def _parts(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(part.title for row in rows if row.grade for part in row.grade.parts))


def _part_scores(grade: Grade, parts: Iterable[str]) -> list[Cell]:
    scores = {part.title: _points(part.score) for part in grade.parts if assessed(grade.checks, part.id)}
    return [scores.get(title, "") for title in parts]


def _points(value: float) -> str:
    return f"{value:.2f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_safe(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: Cell) -> str:
    """Text on one line that no spreadsheet takes for a formula."""
    text = one_line(str(cell))
    return f"'{text}" if text.startswith(FORMULA) else text
