"""Who is in a class is kept beside its reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import roll
from grader.classroom.handed_in import Class, Entry
from grader.classroom.identity import submission_sha
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.errors import CallError
from grader.marks.entry import Mark
from grader.marks.standing import standing
from grader.records import saved
from tests.grader.a_class import graded
from tests.grader.marks.test_standing import log

ZOE = Person("Zoë", sis_id="7")
ODD = Entry("caf\udce9", Path("/in/caf\udce9.zip"), (ZOE,), "7", True, "a", "b", ("c",), held=(ZOE,))
KEY = saved.Key("s", "g", "r", "o")


def test_a_class_comes_back_as_it_was(tmp_path: Path) -> None:
    """Whatever bytes its names hold."""
    entries = (ODD, Entry("", None, (Person("Nobody"),)))
    (tmp_path / roll.FILE).write_text(roll.render("Week 3", Class(tmp_path, entries, ("said",))))

    assert roll.read(tmp_path) == roll.Roll("Week 3", entries, ("said",))


def test_reports_without_a_list_are_a_class_by_their_names(tmp_path: Path) -> None:
    """As `grade` leaves them."""
    saved.write(tmp_path / "alice", saved.Saved(KEY, graded("alice")))
    one = roll.read(tmp_path)

    assert [entry.name for entry in one.entries] == ["alice"]
    assert [known.subject for known in roll.known(one, tmp_path)] == ["alice"]


def test_marks_are_of_the_submission_that_counts(tmp_path: Path) -> None:
    """Where they know several by one name; the older one is nobody's any more."""
    older = Entry("submission_9", Path("x"), (ZOE,), "7", held=(ZOE,))
    newer = Entry("submission_10", Path("y"), (ZOE,), "7")

    for entries in ((older, newer), (newer, older)):
        assert roll.marked((*entries, Entry("", None, (ZOE,)))) == (newer,)
    assert roll.marked((older,)) == (older,)


def test_grades_are_as_they_count(tmp_path: Path) -> None:
    """Marks are of the subject, which outlives the name of a submission."""
    saved.write(tmp_path / "submission_9", saved.Saved(KEY, graded("submission_9")))
    entry = Entry("submission_9", Path("x"), (), "7")
    marks = standing(log(Mark("7", "questions.question1", 4.0)))
    row, missing = roll.rows(roll.Roll("x", (entry, Entry("a", Path("a"), ()))), tmp_path, marks)

    assert row.grade is not None and row.grade.score == 9.0
    assert missing.problem == "not graded"


def test_the_grade_of_another_is_no_grade(tmp_path: Path) -> None:
    """Somebody copied or renamed a folder of reports: what is in it goes to nobody."""
    saved.write(tmp_path / "bob", saved.Saved(KEY, graded("alice")))
    entry = Entry("bob", Path("bob.zip"), (ZOE,))
    (row,) = roll.rows(roll.Roll("x", (entry,)), tmp_path, standing(()))

    assert row.grade is None
    assert row.problem == "its reports are those of alice: grade it again"


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"title": "x", "remarks": [], "entries": [{}]}'])
def test_a_broken_list_is_refused(tmp_path: Path, text: str) -> None:
    """With what to do."""
    (tmp_path / roll.FILE).write_text(text)

    with pytest.raises(CallError, match="Grade the class again"):
        roll.read(tmp_path)


def test_a_folder_without_reports_is_refused(tmp_path: Path) -> None:
    """Nothing was graded there."""
    with pytest.raises(CallError, match="holds no reports"):
        roll.read(tmp_path)


def test_what_was_handed_in_since_has_no_grade(tmp_path: Path) -> None:
    """The grade is of what lay there before; what isn't there any more keeps its own."""
    file = tmp_path / "zoe.ipynb"
    file.write_text("{}")
    out, entry = tmp_path / "out", Entry("zoe", file, (ZOE,))
    saved.write(out / "zoe", saved.Saved(replace(KEY, submission=submission_sha(file)), graded("zoe")))

    def row() -> Row:
        (found,) = roll.rows(roll.Roll("x", (entry,)), out, standing(()))
        return found

    assert row().grade is not None
    file.write_text("[]")
    assert row().grade is None
    assert "since it was graded" in row().problem
    file.unlink()
    assert row().grade is not None
