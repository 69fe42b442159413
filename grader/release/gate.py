"""Whether a class may leave, and what stands in its way: said before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.people import Person, same_person
from grader.classroom.statistics import Row
from grader.records.grade import Grade
from grader.reports.assessed import left_for_people


@dataclass(frozen=True, slots=True)
class Leaving:
    """One student's grade on its way out; `grade` None where they handed in nothing or it must stay."""

    row: Row
    person: Person
    grade: Grade | None


def leaving(rows: Iterable[Row]) -> tuple[Leaving, ...]:
    """Every student once; a grade that is not complete stays in the house."""
    found: dict[Person, Leaving] = {}
    for row in rows:
        own = row.entry.people if row.entry.path is None else row.entry.students
        for person in own:
            grade = row.grade if row.grade and row.grade.complete else None
            found[person] = Leaving(row, person, grade)
    return tuple(found.values())


def blockers(rows: Sequence[Row]) -> tuple[str, ...]:
    """What is not complete, each with its reason; nothing where everything may leave."""
    settled = [person for row in rows for person in row.entry.students]
    return tuple(f"{row.entry.name}: {why}" for row in rows if row.entry.path and (why := _why(row, settled)))


def remarks(rows: Iterable[Row]) -> tuple[str, ...]:
    """What a person should know before it leaves: who is unsure, who is nobody, who shares a name."""
    return tuple(f"{row.entry.name}: {said}" for row in rows for said in row.entry.remarks)


def _why(row: Row, settled: Sequence[Person]) -> str:
    entry = row.entry
    waiting = [
        person.called
        for person in entry.held
        if person.is_student and not any(same_person(person, one) for one in settled)
    ]
    if waiting:
        names = ", ".join(waiting)
        return f"it is not known whose it is, or which of several counts: nothing leaves for {names}"
    if not entry.students:
        return ""  # nobody's grade: nothing leaves
    if row.grade is None:
        return row.problem or "not graded"
    return "" if row.grade.complete else left_for_people(row.grade)
