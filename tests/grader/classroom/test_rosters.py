"""A roster is read from what Canvas, Gradescope and people write, and everybody is on it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom import rosters
from grader.classroom.gradebook import gradebook
from grader.classroom.people import Person
from grader.classroom.rosters import read_roster
from grader.errors import CallError
from tests.grader.a_class import row


def roster(tmp_path: Path, text: str) -> tuple[Person, ...]:
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    return read_roster(tmp_path / "roster.csv").people


def test_a_canvas_gradebook_is_a_roster(tmp_path: Path) -> None:
    """Its row of possible points is nobody."""
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Assignment 3 (99)\n"
        "    Points Possible,,,,,100\n"
        '"Doe, Jane",1234,u77,jdoe,A1,\n'
    )

    assert roster(tmp_path, text) == (
        Person("Doe, Jane", canvas_id="1234", sis_id="u77", login="jdoe", section="A1"),
    )


def test_a_gradescope_roster_is_a_roster(tmp_path: Path) -> None:
    """First and last names are joined."""
    text = "First Name,Last Name,SID,Email,Sections\nJane,Doe,77,jane@x.edu,B\n"

    assert roster(tmp_path, text) == (Person("Jane Doe", sis_id="77", email="jane@x.edu", section="B"),)


@pytest.mark.parametrize("text", ["\ufeffname;email\nJane;j@x\n", "Name\tE-Mail\nJane\tj@x\n"])
def test_other_separators_and_marks_are_read(tmp_path: Path, text: str) -> None:
    """What a spreadsheet of another country writes."""
    assert roster(tmp_path, text) == (Person("Jane", email="j@x"),)


def test_empty_rows_are_nobody(tmp_path: Path) -> None:
    """Nor is a row that says nothing of a person."""
    assert roster(tmp_path, "name,email\n,\n\n  ,  \n") == ()


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    """The message names the columns that would do."""
    with pytest.raises(CallError, match=r"line 1: none of its columns .*Known columns: .*email"):
        roster(tmp_path, "a,b\n1,2\n")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Neither a binary nor a missing file is a roster."""
    if content is not None:
        (tmp_path / "roster.csv").write_bytes(content)

    with pytest.raises(CallError, match="can't be read"):
        read_roster(tmp_path / "roster.csv")


def test_a_moodle_worksheet_is_a_roster(tmp_path: Path) -> None:
    """Its identifier is the number in the names of the files."""
    text = "Identifier,Full name,Email address,Status,Grade\nParticipant 4711,Jane Doe,j@x.edu,,\n"

    assert roster(tmp_path, text) == (Person("Jane Doe", email="j@x.edu", moodle_id="4711"),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("told", ["", "sep=;\r\n"])
def test_excels_rosters_are_read(tmp_path: Path, encoding: str, told: str) -> None:
    """In each of its encodings."""
    text = f"{told}Name;SID;Login\r\nJosé Núñez;9101;jn1\r\n"
    (tmp_path / "roster.csv").write_bytes(text.encode(encoding))

    assert read_roster(tmp_path / "roster.csv").people == (Person("José Núñez", sis_id="9101", login="jn1"),)


def test_a_student_twice_on_the_roster_is_one(tmp_path: Path) -> None:
    """In two sections, known by any one id; what one row leaves out the other says."""
    text = "Student,ID,SID,Login,Section\nAnn Bell,201,91,,Lecture\nAnn Bell,,91,ab1,Lab 3\nCy,202,92,,A\n"
    (tmp_path / "roster.csv").write_text(text)
    found = read_roster(tmp_path / "roster.csv")

    assert found.people[0] == Person(
        "Ann Bell", canvas_id="201", sis_id="91", login="ab1", section="Lecture, Lab 3"
    )
    assert len(found.people) == 2
    assert found.remarks == ("1 row of the roster names a student again: counted once.",)


def test_ids_of_different_kinds_are_different() -> None:
    """A Canvas id of one and a student id of another may be one number."""
    found = rosters.roster([Person("A", canvas_id="1001"), Person("B", sis_id="1001")])

    assert len(found.people) == 2


def test_staff_and_test_students_are_none(tmp_path: Path) -> None:
    """By their role, or Canvas's own name for them; said."""
    text = 'Name,Email,Role\nJane,j@x,Student\nTim,t@x,TA\n"Student, Test",s2@x,Student\n'
    (tmp_path / "roster.csv").write_text(text)
    found = read_roster(tmp_path / "roster.csv")

    assert [person.name for person in found.people if person.is_student] == ["Jane"]
    assert found.remarks == ("On the roster, and no students: Tim, Student, Test.",)


def test_namesakes_are_said() -> None:
    """Before anybody hands in anything."""
    found = rosters.roster([Person("Jane Doe", sis_id="1"), Person("Doe, Jane", sis_id="2")])

    assert found.remarks == (
        "Of one name on the roster: Jane Doe and Doe, Jane. Only an id tells them apart.",
    )


@pytest.mark.parametrize(
    ("rows", "people", "remark"),
    [
        ("Ann A,1,,fam@x\nBea B,2,,fam@x\n", 2, "Ann A and Bea B have the same email"),
        ("Ann A,n/a,,\nBea B,N/A,,\nCem C,-,,\n", 3, ""),
        ("Ann A,7,,\nBea B,7,,\n", 2, "Ann A and Bea B have the same sis id, 7"),
        ("Ann A,1.23E+05,,\nAnn A,1.23E+05,,\n", 2, "lines 2, 3: a spreadsheet has rounded ids"),
        ("Ann A,,a.b,\nAnn A,,ab,\n", 2, "Of one name"),
        ("Ann A,7,x,\nAnn A,7,y,\n", 1, "1 row of the roster names a student again"),
        ('Ann A,7.0,,\n"A, Ann",7,,\n', 1, "1 row of the roster names a student again"),
        ("Ann A,1,,\nAnn A,2,,\n", 2, "Of one name"),
        ("Ann A,1,,\nAnn A,,b,\nAnn A,1,b,\n", 1, "2 rows of the roster name a student again"),
    ],
)
def test_only_rows_of_one_student_are_one(tmp_path: Path, rows: str, people: int, remark: str) -> None:
    """A family's address, a word for "none", a slip or a rounded number makes nobody somebody else."""
    (tmp_path / "roster.csv").write_text(f"name,sid,login,email\n{rows}")
    found = read_roster(tmp_path / "roster.csv")

    assert len(found.people) == people
    assert remark in "; ".join(found.remarks)


def test_what_a_table_leaves_around_a_cell_is_no_part_of_it(tmp_path: Path) -> None:
    """Blanks, commas in quotes, and characters that nobody sees."""
    text = '\u00a0Name , SID\u00a0\n" Doe, Jane ",\u200b007 \n'
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    (jane,) = read_roster(tmp_path / "roster.csv").people

    assert "janedoe" in jane.names() and jane.id("sis_id") == "007"


def test_a_gradebook_of_ours_is_a_roster(tmp_path: Path) -> None:
    """Somebody fills in whose a submission is, and gives it back."""
    one = row("doejane_1", name="Doe, Jane", sis_id="007", login="jd", email="j@x", section="A")
    (tmp_path / "roster.csv").write_text(gradebook([one]), encoding="utf-8")

    assert read_roster(tmp_path / "roster.csv").people == (
        Person("Doe, Jane", sis_id="007", login="jd", email="j@x", section="A", submission="doejane_1"),
    )


def test_a_student_may_be_called_as_canvas_calls_a_row(tmp_path: Path) -> None:
    """With an id it is somebody."""
    text = "Student,ID,SIS User ID\n    Points Possible,,\nPoints Possible,5,9\n"

    assert [person.canvas_id for person in roster(tmp_path, text)] == ["5"]


@pytest.mark.parametrize("cell", ["0077", "'0077", '"=""0077"""', "0077.0", "0077.00"])
def test_an_id_is_as_it_was_before_a_spreadsheet(tmp_path: Path, cell: str) -> None:
    """It goes back to the course system as it is here."""
    assert roster(tmp_path, f"Name,SID\nJo,{cell}\n")[0].sis_id == "0077"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("Participant 4711", "4711"),
        ("Teilnehmer/in4711", "4711"),
        ("4711", "4711"),
        ("jd1@x.edu", ""),  # of GitHub Classroom's roster
        ("A4711", ""),
    ],
)
def test_moodles_number_is_read_in_any_language(tmp_path: Path, cell: str, number: str) -> None:
    """Others than Moodle have a column of that name, too."""
    assert roster(tmp_path, f"Identifier,Name\n{cell},Jo\n")[0].moodle_id == number
