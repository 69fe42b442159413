"""A folder, a Gradescope export and a Canvas export all become the same list."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.handed_in import STAGING, Entry, ignored, read
from grader.classroom.people import Person
from grader.errors import CallError

METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '77'
    :email: jane@x.edu
  :created_at: 2026-11-20 10:00:00.000000000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
submission_12:
  :submitters:
  - :name: John Roe
    :sid:
    :email: john@x.edu
  - :name: Eve Poe
    :sid: '79'
    :email: eve@x.edu
"""


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def short(entries: tuple[Entry, ...], folder: Path) -> dict[str, str]:
    """Name -> path, relative to the folder."""
    return {e.name: str(e.path.relative_to(folder)) if e.path else "" for e in entries}


def test_a_folder_of_zips_notebooks_and_folders(tmp_path: Path) -> None:
    """One entry each, sorted by name; other files are told apart."""
    touch(tmp_path, "b.zip", "c.ipynb", "a/assignment3.ipynb", "notes.txt", "d.rar", ".git/x", "__MACOSX/x")

    assert short(read(tmp_path, (), tmp_path / "out"), tmp_path) == {"a": "a", "b": "b.zip", "c": "c.ipynb"}
    assert ignored(tmp_path) == ("d.rar", "notes.txt")


def test_a_folder_and_a_zip_of_one_name_get_two_reports(tmp_path: Path) -> None:
    """Neither overwrites the other."""
    touch(tmp_path, "x/a.ipynb", "x.zip", "X.ipynb", "y.zip")

    entries = short(read(tmp_path, (), tmp_path / "out"), tmp_path)
    assert entries == {"X.ipynb": "X.ipynb", "x": "x", "x.zip": "x.zip", "y": "y.zip"}


def test_gradescopes_export_brings_its_people(tmp_path: Path) -> None:
    """Names, ids and mail, also of groups, from its metadata; Ruby's types in it are no obstacle."""
    touch(tmp_path, "submission_11/a.ipynb", "submission_12/b.ipynb", "submission_13/c.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(METADATA)

    people = {entry.name: entry.people for entry in read(tmp_path, (), tmp_path / "out")}
    assert people == {
        "submission_11": (Person("Jane Doe", sis_id="77", email="jane@x.edu"),),
        "submission_12": (
            Person("John Roe", email="john@x.edu"),
            Person("Eve Poe", sis_id="79", email="eve@x.edu"),
        ),
        "submission_13": (Person("submission_13"),),
    }
    assert ignored(tmp_path) == ()


@pytest.mark.parametrize("text", ["a: [", "!!python/object/apply:os.system ['true']"])
def test_metadata_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """It is read as data, never as objects."""
    touch(tmp_path, "submission_11/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(text)

    with pytest.raises(CallError, match="can't be read"):
        read(tmp_path, (), tmp_path / "out")


def test_canvas_export_brings_ids(tmp_path: Path) -> None:
    """The user's id stands in the file's name, a late one's too."""
    touch(tmp_path, "doejane_1234_555_assignment3.zip", "roejohn_LATE_5_556_assignment3-2.ipynb")

    entries = read(tmp_path, (), tmp_path / "staging")
    assert short(entries, tmp_path) == {
        "doejane_1234": "doejane_1234_555_assignment3.zip",
        "roejohn_5": "roejohn_LATE_5_556_assignment3-2.ipynb",
    }
    assert [entry.people[0].canvas_id for entry in entries] == ["1234", "5"]


def test_loose_files_of_one_canvas_student_are_put_together(tmp_path: Path) -> None:
    """A notebook finds its module again under the name that it imports; a lone PDF is a submission too."""
    export = touch(
        tmp_path / "export",
        "a_1_10_main.ipynb",
        "a_1_11_net.py",
        "a_1_12_report.pdf",
        "b_2_13_x.pdf",
        "c_3_1_x.zip",
    )
    staging = tmp_path / "out" / STAGING

    entries = {entry.name: entry.path for entry in read(export, (), tmp_path / "out")}
    assert entries == {"a_1": staging / "a_1", "b_2": staging / "b_2", "c_3": export / "c_3_1_x.zip"}
    assert sorted(file.name for file in (staging / "a_1").iterdir()) == ["main.ipynb", "net.py", "report.pdf"]


def test_one_file_with_a_pdf_is_taken_as_it_is(tmp_path: Path) -> None:
    """Nothing to put together."""
    touch(tmp_path, "a_1_10_a.zip", "a_1_12_report.pdf")

    assert short(read(tmp_path, (), tmp_path / "s"), tmp_path) == {"a_1": "a_1_10_a.zip"}


def test_a_few_names_like_canvas_make_no_export(tmp_path: Path) -> None:
    """Most of a folder must look like one."""
    touch(tmp_path, "a.zip", "b.zip", "team_1_2_x.zip")

    assert set(short(read(tmp_path, (), tmp_path / "out"), tmp_path)) == {"a", "b", "team_1_2_x"}


def test_the_roster_names_people_and_who_handed_in_nothing(tmp_path: Path) -> None:
    """Matched by login, Canvas id or mail; the rest of the roster comes last."""
    touch(tmp_path, "jdoe.zip", "stranger.zip")
    jane, john = Person("Doe, Jane", canvas_id="1", login="jdoe"), Person("John Roe", login="jroe")

    entries = read(tmp_path, [john, jane], tmp_path / "out")
    assert [(entry.name, entry.people) for entry in entries] == [
        ("jdoe", (jane,)),
        ("stranger", (Person("stranger"),)),
        ("", (john,)),
    ]
    assert entries[-1].path is None


def test_gradescopes_people_are_found_on_the_roster_by_mail(tmp_path: Path) -> None:
    """Names are written in many ways, addresses in one."""
    touch(tmp_path, "submission_11/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    jane = Person("J. Doe", canvas_id="1", email="jane@x.edu")

    assert read(tmp_path, [jane], tmp_path / "out")[0].people == (jane,)


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_submissions_is_refused(tmp_path: Path, make: bool) -> None:
    """As is one that does not exist."""
    folder = tmp_path / "empty"
    if make:
        touch(folder, "notes.txt")

    with pytest.raises(CallError, match="holds no submission" if make else "There is no folder"):
        read(folder, (), tmp_path / "out")


def test_the_reports_of_a_class_are_no_submission(tmp_path: Path) -> None:
    """Where they stand among the submissions."""
    touch(tmp_path, "a.zip", "reports/a/report.json")

    assert set(short(read(tmp_path, (), tmp_path / "reports"), tmp_path)) == {"a"}
