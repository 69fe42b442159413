"""Tables that a spreadsheet and an import can read, and that do nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.gradebook import _safe, canvas, gradebook, gradescope
from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from tests.grader.a_class import ERROR, answered, graded, row


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


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


def test_canvas_gets_its_columns_in_its_order() -> None:
    """Section last of the student's, then the assignment; a row of possible points first."""
    lines = list(csv.reader(io.StringIO(canvas(CLASS, "Assignment 3 (99)"))))

    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Assignment 3 (99)"]
    assert lines[1] == ["Points Possible", "", "", "", "", "15.00"]
    assert lines[2] == ["Doe, Jane", "12", "u7", "jd", "A", "11.00"]


def test_canvas_gets_no_score_that_a_person_must_look_at() -> None:
    """An empty cell changes nothing there; a zero would."""
    assert [line["Assignment 3"] for line in table(canvas(CLASS, "Assignment 3"))[1:]] == [
        "11.00",
        "",
        "",
        "",
    ]


def test_gradescope_gets_its_own_columns() -> None:
    """Each part is a question."""
    jane, eve, dan, zoe = table(gradescope(CLASS))

    assert (jane["Name"], jane["SID"], jane["Email"]) == ("Doe, Jane", "u7", "j@x")
    assert (jane["Total Score"], jane["Max Points"], jane["1: Part 1: FCN-32s"]) == ("11.00", "15.00", "2.00")
    assert [one["Status"] for one in (jane, eve, dan, zoe)] == ["Graded", "Ungraded", "Ungraded", "Missing"]


def test_everybody_of_a_group_has_a_line() -> None:
    """With the one score that they share."""
    group = Row(Entry("submission_9", Path("x"), (Person("A"), Person("B"))), graded("x"))

    assert [(one["Name"], one["Submission ID"]) for one in table(gradescope([group]))] == [
        ("A", "9"),
        ("B", "9"),
    ]


@pytest.mark.parametrize("kind", [gradebook, gradescope])
def test_an_empty_class_is_a_header(kind: object) -> None:
    """Still a table."""
    assert callable(kind)
    assert len(str(kind([])).splitlines()) == 1


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
    cell = _safe(text)

    assert not cell.startswith(tuple("=+-@＝＋－＠"))
    assert cell.isprintable() or not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in cell)
    assert "\n" not in cell and "\r" not in cell


def test_hostile_names_make_no_new_rows(hostile: str) -> None:
    """Quotes and line breaks are no way out of a cell."""
    (line,) = table(gradebook([row(hostile, graded(hostile), name=hostile)]))

    assert line["status"] == "not complete"
