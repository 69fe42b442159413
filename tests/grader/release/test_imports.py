"""Tables that course systems take, and that change nothing they should not."""

from __future__ import annotations

import pytest

from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.release.gate import leaving
from grader.release.imports import IMPORTS, canvas, gradescope, moodle
from grader.tables import FORMULA
from tests.grader.a_class import answered, graded, row
from tests.grader.release import course_systems

IDS = {"canvas_id": "12", "sis_id": "u7", "login": "jd", "email": "j@x", "moodle_id": "4711"}
JANE = row("submission_9", answered(graded("submission_9"), 8), name="Doe, Jane", section="A", **IDS)
ALL = leaving(
    [JANE, row("eve", graded("eve"), name="Eve", canvas_id="13"), Row(Entry("", None, (Person("Zoe"),)))]
)


def test_canvas_takes_complete_grades_only() -> None:
    """An empty cell would take a score away: who has none has no row."""
    assert course_systems.canvas(canvas(ALL, "Assignment 3 (99)", False), {"ID 12": "jane"}) == {"jane": 13.0}


@pytest.mark.parametrize(
    ("title", "column"),
    [("Assignment 3 (99)", "Assignment 3, partial (99)"), ("Assignment 3", "Assignment 3, partial")],
)
def test_a_partial_release_says_so_in_its_column(title: str, column: str) -> None:
    """Canvas still knows it by its number."""
    assert course_systems.rows_of(canvas(ALL, title, True))[0][-1] == column
    assert course_systems.rows_of(canvas(ALL, title, False))[0][-1] == title
    assert ", partial" in gradescope(ALL, title, True) and ", partial" in moodle(ALL, title, True)


def test_gradescope_gets_its_own_columns() -> None:
    """Each part is a question, and the submission its number."""
    assert course_systems.gradescope(gradescope(ALL, "", False)) == {"j@x": 13.0}
    assert ",Graded,9," in gradescope(ALL, "", False)


def test_moodle_knows_participants_by_number() -> None:
    """As they stand in the names of its files."""
    assert course_systems.moodle(moodle(ALL, "", False)) == {"Participant 4711": 13.0}


@pytest.mark.parametrize("write", IMPORTS.values())
def test_no_name_is_a_formula_or_a_row(write: object, hostile: str) -> None:
    """Whatever a student is called."""
    assert callable(write)
    one = row(hostile, answered(graded(hostile), 8), name=hostile, login="=1+1", canvas_id="+1")
    rows = course_systems.rows_of(write(leaving([one]), "x", False))

    assert not any(cell.startswith(FORMULA) for line in rows for cell in line)


def test_where_nobody_is_complete_nothing_is_said_of_the_assignment() -> None:
    """No possible points of 0 above no rows."""
    assert len(course_systems.rows_of(canvas(leaving([row("eve", graded("eve"))]), "A (9)", False))) == 1
