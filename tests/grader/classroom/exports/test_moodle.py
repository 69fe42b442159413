"""Moodle's export: names and participant numbers, in folders or flat."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.exports import EXPORTS, moodle
from grader.classroom.people import Person
from tests.grader.classroom.test_handed_in import touch


@pytest.mark.parametrize(
    "name",
    [
        "Jane van der Doe_4711_assignsubmission_file_/a3.zip",
        "Jane van der Doe_4711_assignsubmission_file_a3.zip",
    ],
)
def test_folders_and_files_are_read(tmp_path: Path, name: str) -> None:
    """Moodle writes either, as asked."""
    touch(tmp_path, name, "John_4712_assignsubmission_file_/b.ipynb")
    found = {one.name: one for one in moodle.read(tmp_path, tmp_path / "staging")}

    assert moodle.is_one(tmp_path)
    assert set(found) == {"Jane van der Doe_4711", "John_4712"}
    jane = found["Jane van der Doe_4711"]
    assert jane.people == (Person("Jane van der Doe", moodle_id="4711"),)
    assert jane.path == tmp_path / name.partition("/")[0]


def test_loose_files_of_one_student_are_put_together(tmp_path: Path) -> None:
    """Under the names that the student gave; what was typed into the browser is no file."""
    touch(tmp_path, *(f"Jo_1_assignsubmission_file_{name}" for name in ("a.ipynb", "net.py")))
    touch(tmp_path, "Jo_1_assignsubmission_onlinetext_/onlinetext.html")
    (found,) = moodle.read(tmp_path, tmp_path / "staging")

    assert sorted(file.name for file in found.path.iterdir()) == ["a.ipynb", "net.py"]


def test_who_is_hidden_has_a_number_only(tmp_path: Path) -> None:
    """Where Moodle marks blindly."""
    touch(tmp_path, "Participant_99_assignsubmission_file_/a.ipynb")
    (found,) = moodle.read(tmp_path, tmp_path)

    assert found.people == (Person(moodle_id="99"),)
    assert found.people[0].called == "Participant 99"


@pytest.mark.parametrize("shape", ["{}/a.ipynb", "{}a.ipynb"])
def test_a_name_in_which_two_participants_stand_is_nobodys(tmp_path: Path, shape: str) -> None:
    """People choose what they and their files are called: nobody hands in for somebody else so."""
    name = shape.format("x Bob Roe_777_assignsubmission_file_x_888_assignsubmission_file_")
    touch(tmp_path, name, "Bob Roe_777_assignsubmission_file_b.ipynb")
    own, other = sorted(moodle.read(tmp_path, tmp_path / "out"), key=lambda one: one.name)

    assert (own.people, own.subject) == ((Person("Bob Roe", moodle_id="777"),), "moodle 777")
    assert (other.people, other.subject) == ((Person(other.subject),), Path(name).parts[0])
    assert "names two participants" in other.remarks[0]


def test_every_export_answers_the_same_questions() -> None:
    """Whether it is one, whether an archive holds one, who handed in, and what else lies there."""
    for export in EXPORTS.values():
        assert all(callable(getattr(export, name)) for name in ("is_one", "packed", "read", "left_out"))


@pytest.mark.parametrize("odd", [".", ".."])
def test_a_name_that_is_no_file_s_costs_nobody_the_class(tmp_path: Path, odd: str) -> None:
    """A copy gets the whole name of what was handed in, a file or a folder."""
    names = [f"Jane_1_assignsubmission_file_{name}" for name in ("a.ipynb", "b.py", odd)]
    touch(tmp_path, *names, f"Roe_2_assignsubmission_file_{odd}/a.ipynb", "Roe_2_assignsubmission_file_b.py")
    jane, roe = moodle.read(tmp_path, tmp_path / "staging")

    assert sorted(file.name for file in jane.path.iterdir()) == sorted([names[2], "a.ipynb", "b.py"])
    assert {file.name for file in roe.path.iterdir()} == {f"Roe_2_assignsubmission_file_{odd}", "b.py"}
