"""Only complete grades leave, each for its student, once."""

from __future__ import annotations

from dataclasses import replace

from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.records.submission import Submission
from grader.release.gate import blockers, leaving, remarks
from grader.release.imports import canvas
from tests.grader.a_class import ERROR, answered, graded, row

DONE = row("jane", answered(graded("jane"), 8), name="Jane")


def test_what_is_not_complete_stands_in_the_way() -> None:
    """With its reason: lines to judge, no grade at all."""
    rows = [DONE, row("eve", graded("eve", maps=ERROR)), row("dan", None, "ValueError: x")]

    assert blockers(rows) == (
        "eve: 1 line not assessed (10 points), 1 line that could not be judged (3 points)",
        "dan: ValueError: x",
    )


def test_nobody_waits_for_those_who_handed_in_nothing() -> None:
    """Nor for staff."""
    staff = row("tim", graded("tim"), role="TA")

    assert blockers([DONE, staff, Row(Entry("", None, (Person("Zoe"),)))]) == ()
    assert [(one.person.name, one.grade is None) for one in leaving([DONE, staff])] == [("Jane", False)]


def test_two_submissions_of_one_student_stand_in_the_way() -> None:
    """Unless it is known which counts."""
    held = replace(DONE, entry=replace(DONE.entry, name="jane2", held=DONE.entry.people))

    assert blockers([held])[0].endswith("which of several counts: nothing leaves for Jane")
    assert blockers([held, DONE]) == ()
    assert [one.row.entry.name for one in leaving([held, DONE])] == ["jane"]


def test_everybody_of_a_group_gets_its_grade() -> None:
    """Each once."""
    both = Row(Entry("g", DONE.entry.path, (Person("A"), Person("B"))), DONE.grade)

    assert [one.person.name for one in leaving([both])] == ["A", "B"]


def test_what_is_unsure_is_said_before() -> None:
    """Strangers, groups, what was handed in again."""
    assert remarks([replace(DONE, entry=replace(DONE.entry, remarks=("is nobody",)))]) == ("jane: is nobody",)


def test_who_of_a_group_is_held_holds_nobody_else() -> None:
    """One handed in alone, too, and it is not known which counts."""
    both = Row(Entry("g", DONE.entry.path, (Person("A"), Person("B")), held=(Person("A"),)), DONE.grade)

    assert [one.person.name for one in leaving([both])] == ["B"]
    assert blockers([both])[0].endswith("nothing leaves for A")


def test_what_nobody_could_read_leaves_once_a_person_has_marked_all_of_it() -> None:
    """It is complete then, and its score is what the person gave."""
    unreadable = replace(graded("x"), submission=Submission("x", "", problem="it is empty"))

    assert blockers([row("x", unreadable)])
    done = row("x", answered(unreadable, 3), canvas_id="5")
    assert blockers([done]) == () and done.look == ""
    assert ",8.00" in canvas(leaving([done]), "A (9)", False)
