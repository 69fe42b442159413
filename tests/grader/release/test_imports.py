"""Tables that course systems take, and that change nothing they should not."""

from __future__ import annotations

import pytest

from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.release.gate import leaving
from grader.release.imports import IMPORTS, KNOWN_BY, canvas, gradescope, moodle, told_apart
from grader.tables import FORMULA
from tests.grader.a_class import answered, graded, row
from tests.grader.release import course_systems
from tests.grader.release.course_systems import User

IDS = {"canvas_id": "12", "sis_id": "u7", "login": "jd", "email": "j@x", "moodle_id": "4711"}
JANE = row("submission_9", answered(graded("submission_9"), 8), name="Doe, Jane", section="A", **IDS)
ALL = leaving(
    [JANE, row("eve", graded("eve"), name="Eve", canvas_id="13"), Row(Entry("", None, (Person("Zoe"),)))]
)


def test_canvas_takes_complete_grades_only() -> None:
    """An empty cell would take a score away: who has none has no row."""
    users = [User(12, "Jane Doe"), User(13, "Eve")]

    assert course_systems.canvas(canvas(ALL, "Assignment 3 (99)", False), users) == {12: 13.0}


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
    assert course_systems.moodle(moodle(ALL, "", False), {"4711": None, "4712": None}) == {"4711": 13.0}


def test_moodle_keeps_a_grade_that_it_has() -> None:
    """Unless whoever imports says otherwise: somebody may have changed it there."""
    assert course_systems.moodle(moodle(ALL, "", False), {"4711": 90.0}) == {}


@pytest.mark.parametrize("write", IMPORTS.values())
def test_no_name_is_a_formula_or_a_row(write: object, hostile: str) -> None:
    """Whatever a student is called."""
    assert callable(write)
    one = row(hostile, answered(graded(hostile), 8), name=hostile, login="=1+1", canvas_id="+1")
    rows = course_systems.rows_of(write(leaving([one]), "x", False))

    assert not any(cell.startswith(FORMULA) for line in rows for cell in line)


def of(submission: str, **person: str) -> Row:
    return row(submission, answered(graded(submission), 8), **person)


@pytest.mark.parametrize("table", IMPORTS)
def test_who_has_no_id_of_their_own_is_left_out(table: str) -> None:
    """By a name alone Canvas takes the first of it; an id that two have may be the other's."""
    both = {"canvas_id": "7", "sis_id": "8", "moodle_id": "9"}
    rows = [JANE, of("a", name="Doe, Jane"), of("b", name="Ann", **both), of("c", name="Bea", **both)]
    apart, said = told_apart(table, leaving(rows))

    assert [one.row.entry.name for one in apart] == ["submission_9"]
    assert said == (f"Left out of {table}, for want of an id of their own: Doe, Jane, Ann, Bea.",)


@pytest.mark.parametrize("table", IMPORTS)
def test_without_any_ids_there_are_names(table: str) -> None:
    """Said; of nobody there is nothing to say."""
    apart, said = told_apart(table, leaving([of("ann"), of("bea")]))

    assert len(apart) == 2 and "by name alone" in said[0]
    assert told_apart(table, ()) == ((), ())


def test_every_table_has_its_ids() -> None:
    """By which its system looks for people."""
    assert KNOWN_BY.keys() == IMPORTS.keys()


def test_no_name_passes_for_the_assignments_row() -> None:
    """Canvas would take a student's score for the points of the assignment."""
    hostile = of("x", name="Points Possible", canvas_id="5")
    users = [User(12, "Jane Doe"), User(5, "Points Possible")]

    assert course_systems.canvas(canvas(leaving([JANE, hostile]), "A (9)", False), users) == {12: 13, 5: 13}


def test_where_nobody_is_complete_nothing_is_said_of_the_assignment() -> None:
    """No possible points of 0 above no rows."""
    assert len(course_systems.rows_of(canvas(leaving([row("eve", graded("eve"))]), "A (9)", False))) == 1
