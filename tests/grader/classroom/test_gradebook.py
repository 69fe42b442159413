"""Tables that a spreadsheet and an import can read, and that do nothing else."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.gradebook import gradebook
from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from tests.grader.a_class import ERROR, answered, graded, row


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


JANE = row(
    "jane",
    answered(graded("jane"), 6),
    name="Doe, Jane",
    canvas_id="12",
    sis_id="u7",
    login="jd",
    email="j@x",
    section="A",
)
LOOK = row("eve", graded("eve", maps=ERROR), name="Eve", canvas_id="13")
CRASHED = row("dan", None, "ValueError: x", name="Dan", canvas_id="14")
NOBODY = Row(Entry("", None, (Person("Zoe", canvas_id="15"),)))
CLASS = [JANE, LOOK, CRASHED, NOBODY]


def test_the_gradebook_has_everybody_and_everything() -> None:
    """Scores where there are some, and a status that says what is missing."""
    jane, eve, dan, zoe = table(gradebook(CLASS))

    assert jane["student"] == "Doe, Jane"
    assert (jane["score"], jane["assessed"], jane["max_score"]) == ("11.00", "15.00", "15.00")
    assert (jane["pending"], eve["pending"]) == ("0.00", "10.00")
    assert (jane["Part 3: Questions"], eve["Part 3: Questions"], eve["assessed"]) == ("6.00", "", "2.00")
    assert (jane["Part 1: FCN-32s"], jane["Part 4: CAM"], jane["seed"]) == ("2.00", "3.00", "7")
    assert (eve["score"], eve["look"]) == ("2.00", "1 line could not be judged")
    assert (dan["score"], dan["look"]) == ("", "ValueError: x")
    assert [one["status"] for one in (jane, eve, dan, zoe)] == [
        "complete",
        "a person must look",
        "not graded",
        "nothing handed in",
    ]


def test_everybody_of_a_group_has_a_line() -> None:
    """With the one score that they share."""
    group = Row(Entry("g", Path("x"), (Person("A"), Person("B"))), graded("x"))

    assert [(one["student"], one["score"]) for one in table(gradebook([group]))] == [
        ("A", "5.00"),
        ("B", "5.00"),
    ]


def test_whoever_a_grade_does_not_leave_for_has_it_held_back() -> None:
    """It is complete, and yet it is not known whose it is, or another one of theirs counts."""
    both = Entry("g", Path("x"), (Person("A"), Person("B")), held=(Person("A"),))
    lines = table(gradebook([Row(both, answered(graded("x"), 8))]))

    assert [(one["status"], one["complete"]) for one in lines] == [("held back", "no"), ("complete", "yes")]


def test_staff_has_no_line() -> None:
    """Nor has Canvas's test student."""
    assert table(gradebook([row("tim", role="TA"), row("t", name="Student, Test")])) == []


def test_late_is_kept() -> None:
    """Whatever the roster says."""
    one = row("x")
    late = replace(one, entry=replace(one.entry, late=True))

    assert [line["late"] for line in table(gradebook([one, late]))] == ["", "yes"]


def test_an_empty_class_is_a_header() -> None:
    """Still a table; Excel is told that it is Unicode."""
    assert len(gradebook([]).splitlines()) == 1
    assert gradebook([]).startswith("\ufeff")


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200b=1", "＝1", "\x00=1", "=cmd|' /C x'!A0"],
)
def test_no_name_is_a_formula(name: str) -> None:
    """Nor does it hide one behind blanks or control characters."""
    (line,) = table(gradebook([row("x", name=name)]))

    assert line["student"][0] not in "=+-@＝＋－＠\t\r"


@given(st.text())
def test_whatever_a_student_writes_stays_in_its_cell(text: str) -> None:
    """On one line, without control characters, and no formula."""
    cell = table(gradebook([row("x", name=text)]))[0]["student"]

    assert not cell.startswith(tuple("=+-@＝＋－＠"))
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in cell)


def test_hostile_names_make_no_new_rows(hostile: str) -> None:
    """Quotes and line breaks are no way out of a cell."""
    (line,) = table(gradebook([row(hostile, graded(hostile), name=hostile)]))

    assert line["status"] == "not complete"
