"""A roster is read from what Canvas, Gradescope and people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.people import Person, match, read_roster
from grader.errors import CallError


def roster(tmp_path: Path, text: str) -> tuple[Person, ...]:
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    return read_roster(tmp_path / "roster.csv")


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


JANE = Person("Doe, Jane", canvas_id="1234", login="jd7", email="jane.doe@x.edu")
JOHN = Person("John Roe", canvas_id="5", login="jr1", submission="team9")


@pytest.mark.parametrize(
    ("word", "person"),
    [
        ("1234", JANE),
        ("JD7", JANE),
        ("jane.doe", JANE),
        ("jane_doe", JANE),
        ("DoeJane", JANE),
        ("roejohn", JOHN),
        ("team9", JOHN),
        ("somebody", None),
        ("", None),
    ],
)
def test_a_submission_is_matched_by_any_of_a_persons_names(word: str, person: Person | None) -> None:
    """Id, login, mailbox, or the name in either order."""
    assert match([word], [JANE, JOHN]) == person


def test_two_of_a_name_are_not_guessed_at() -> None:
    """Better no match than the wrong one."""
    assert match(["janedoe"], [JANE, Person("Jane Doe", canvas_id="9")]) is None
