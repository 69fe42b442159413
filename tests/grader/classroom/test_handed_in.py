"""Folders and exports become one list: who handed in what, and what to say of it."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from grader.classroom.handed_in import Class, read
from grader.classroom.people import Person, Roster
from grader.classroom.rosters import read_roster, roster
from grader.errors import CallError

NOBODY = Roster()


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def short(one: Class, folder: Path) -> dict[str, str]:
    """Name -> path, relative to the folder."""
    return {e.name: str(e.path.relative_to(folder)) if e.path else "" for e in one.entries}


def test_a_folder_of_zips_notebooks_and_folders(tmp_path: Path) -> None:
    """One entry each, sorted by name; other files are told apart, the file of marks is none."""
    touch(tmp_path, "b.zip", "c.ipynb", "a/assignment3.ipynb", "notes.txt", "d.rar", ".git/x", "__MACOSX/x")
    touch(tmp_path, "out.marks.sqlite", "out.marks.sqlite-wal")
    one = read(tmp_path, NOBODY, tmp_path / "out")

    assert short(one, tmp_path) == {"a": "a", "b": "b.zip", "c": "c.ipynb"}
    assert one.ignored == ("d.rar", "notes.txt")


def test_a_folder_and_a_zip_of_one_name_get_two_reports(tmp_path: Path) -> None:
    """Neither overwrites the other, and it is said which stands where."""
    touch(tmp_path, "x/a.ipynb", "x.zip", "X.ipynb", "y.zip", "x.zip.zip")
    one = read(tmp_path, NOBODY, tmp_path / "out")

    entries = short(one, tmp_path)
    assert entries == {"X.ipynb": "X.ipynb", "x": "x", "x.zip": "x.zip.zip", "x.zip-2": "x.zip", "y": "y.zip"}
    assert [entry.name for entry in one.entries if "is taken" in str(entry.remarks)] == ["X.ipynb", "x.zip-2"]


@pytest.mark.parametrize("name", ["index.html", "INDEX.html", "gradebook.csv"])
def test_names_that_the_class_needs_are_replaced(tmp_path: Path, name: str) -> None:
    """And it is said."""
    touch(tmp_path, f"{name}/a.ipynb", "b.zip")
    one = read(tmp_path, NOBODY, tmp_path / "out")

    assert set(short(one, tmp_path)) == {f"{name}-2", "b"}
    assert "is taken" in next(entry.remarks[0] for entry in one.entries if entry.name != "b")


def test_an_export_beside_nothing_else_is_read(tmp_path: Path) -> None:
    """The folder that holds the export's folder, as an archive unpacks; never two students as one."""
    touch(
        tmp_path,
        "export/submission_1/a.ipynb",
        "export/submission_2/a.ipynb",
        "export/submission_metadata.yml",
    )
    one = read(tmp_path, NOBODY, tmp_path / "out")

    assert [entry.name for entry in one.entries] == ["submission_1", "submission_2"]
    assert "was read" in one.remarks[0]


def test_what_looks_like_an_export_beside_other_things_is_left_out(tmp_path: Path) -> None:
    """A student can make one: it stops nobody's grading, and nobody else gets a grade by it."""
    touch(tmp_path, "week1/a_1_10_x.zip", "week1/b_2_11_x.zip", "eve/submission_metadata.yml", "alice.zip")
    one = read(tmp_path, NOBODY, tmp_path / "out")

    assert [entry.name for entry in one.entries] == ["alice"]
    assert [remark[:42] for remark in one.remarks] == [
        "eve was not graded: it looks like an expor",
        "week1 was not graded: it looks like an exp",
    ]


def test_several_exports_are_refused_with_their_paths(tmp_path: Path) -> None:
    """It is not known which was meant."""
    touch(tmp_path, "week1/a_1_10_x.zip", "week2/b_2_11_x.zip")

    with pytest.raises(CallError, match=r"give .*week1 or .*week2"):
        read(tmp_path, NOBODY, tmp_path / "out")


def test_the_folder_of_somebody_on_the_roster_is_no_export(tmp_path: Path) -> None:
    """Whatever lies in it: what it says of others is a student's word."""
    touch(tmp_path, "jdoe/submission_1/a.ipynb", "jdoe/submission_metadata.yml")
    people = roster([Person("Doe, Jane", login="jdoe"), Person("John Roe", login="jroe")])

    assert [entry.name for entry in read(tmp_path, people, tmp_path / "out").entries][:1] == ["jdoe"]


@pytest.mark.parametrize("inside", ["a_1_10_x.zip b_2_11_x.zip", "assignment/submission_metadata.yml"])
def test_a_packed_class_is_refused(tmp_path: Path, inside: str) -> None:
    """As the export comes from the browser; so is the archive itself."""
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for name in inside.split():
            archive.writestr(name, "x")

    for folder in (tmp_path, tmp_path / "submissions.zip"):
        with pytest.raises(CallError, match="unpack it"):
            read(folder, NOBODY, tmp_path / "out")


def test_one_damaged_zip_is_a_submission(tmp_path: Path) -> None:
    """Whatever zipfile stumbles over in it; what is wrong with it is told where it is graded."""
    (tmp_path / "alice.zip").write_bytes(
        b"PK\x05\x06" + bytes(4) + b"\x01\x00" * 2 + b"\x2e\x00\x00\x00" + bytes(6)
    )

    assert [entry.name for entry in read(tmp_path, NOBODY, tmp_path / "out").entries] == ["alice"]


def test_older_reports_among_the_submissions_are_none(tmp_path: Path) -> None:
    """Whatever folder they went to; it is said, for a student could call a file so."""
    touch(tmp_path, "a.zip", "graded/.class.json", "graded/a/report.json")

    one = read(tmp_path, NOBODY, tmp_path / "out")
    assert set(short(one, tmp_path)) == {"a"}
    assert one.remarks == ("graded was not graded: it holds a class's reports (.class.json).",)


def test_no_file_of_a_students_hides_a_submission_of_an_export(tmp_path: Path) -> None:
    """Their folder is theirs, whatever is in it; in a plain folder it is said."""
    touch(tmp_path, "Eve_1_assignsubmission_file_/.class.json", "Eve_1_assignsubmission_file_/a.ipynb")

    assert set(short(read(tmp_path, NOBODY, tmp_path / "out"), tmp_path)) == {"Eve_1"}


def test_the_roster_names_people_and_who_handed_in_nothing(tmp_path: Path) -> None:
    """The rest of the roster comes last; staff hands in nothing, and nobody misses it."""
    touch(tmp_path, "jdoe.zip", "stranger.zip")
    jane, john = Person("Doe, Jane", canvas_id="1", login="jdoe"), Person("John Roe", login="jroe")
    one = read(tmp_path, roster([john, jane, Person("Tim", role="TA")]), tmp_path / "out")

    assert [(entry.name, [who.name for who in entry.people]) for entry in one.entries] == [
        ("jdoe", ["Doe, Jane"]),
        ("stranger", ["stranger"]),
        ("", ["John Roe"]),
    ]
    assert one.entries[-1].path is None
    assert one.entries[1].remarks == ("stranger is nobody on the roster.",)


def test_two_submissions_of_one_person_leave_for_nobody(tmp_path: Path) -> None:
    """Unless their times tell which is the last."""
    touch(tmp_path, "jdoe.zip", "jane doe.zip")
    one = read(tmp_path, roster([Person("Doe, Jane", login="jdoe")]), tmp_path / "out")

    assert [entry.students for entry in one.entries] == [(), ()]
    assert all("not known which counts" in entry.remarks[0] for entry in one.entries)


def test_the_last_of_two_counts_where_times_are_known(tmp_path: Path) -> None:
    """As Gradescope tells them; late is who came after the due date."""
    touch(tmp_path, "submission_1/a.ipynb", "submission_2/a.ipynb")
    who = "  :submitters:\n  - :name: Jane\n    :sid: '7'\n  :due_date: 2026-11-02 00:00:00 Z\n"
    times = ("2026-11-01 10:00:00 Z", "2026-11-03 10:00:00 Z")
    pages = [f"submission_{n}:\n{who}  :created_at: {time}\n" for n, time in enumerate(times, 1)]
    (tmp_path / "submission_metadata.yml").write_text("".join(pages))
    first, last = read(tmp_path, NOBODY, tmp_path / "out").entries

    assert (first.students, last.held) == ((), ())
    assert (first.late, last.late) == (False, True)
    assert first.subject == last.subject == "7"


GROUP = """submission_1:
  :submitters:
  - {":name": Ann, ":sid": '1'}
  - {":name": Bea, ":sid": '2'}
  :created_at: 2026-11-01 10:00:00 Z
submission_2:
  :submitters:
  - {":name": Ann Renamed, ":sid": '1'}
  :created_at: %s
"""


@pytest.mark.parametrize(
    ("alone", "of_the_group", "of_the_other"),
    [
        ("2026-11-02 10:00:00 Z", ["Bea"], ["Ann Renamed"]),
        ("2026-10-31 10:00:00 Z", ["Ann", "Bea"], []),
        ("''", ["Bea"], []),
    ],
)
def test_who_of_a_group_handed_in_alone_too_takes_nothing_from_the_others(
    tmp_path: Path, alone: str, of_the_group: list[str], of_the_other: list[str]
) -> None:
    """Whatever they are called by then; of theirs the last counts, and neither where that is not known."""
    touch(tmp_path, "submission_1/a.ipynb", "submission_2/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(GROUP % alone)
    group, other = read(tmp_path, NOBODY, tmp_path / "out").entries

    assert [who.name for who in group.students] == of_the_group
    assert [who.name for who in other.students] == of_the_other
    assert "handed in submission_2, too" in str(group.remarks)


def test_the_roster_may_say_whose_a_submission_is(tmp_path: Path) -> None:
    """Of one or of several; what it is called says nothing then, and namesakes are told apart."""
    touch(tmp_path, "team9.zip", "jane doe.ipynb", "x.zip")
    header = "name,student id,submission\n"
    rows = "Ann,1,team9\nBea,2,team9.zip\nJane Doe,3,Jane Doe\nJane Doe,4,\nCem,5,\n"
    (tmp_path / "roster.csv").write_text(header + rows)
    one = read(tmp_path, read_roster(tmp_path / "roster.csv"), tmp_path / "out")

    assert [(entry.name, [who.sis_id for who in entry.students]) for entry in one.entries] == [
        ("jane doe", ["3"]),
        ("team9", ["1", "2"]),
        ("x", [""]),
        ("", ["4"]),
        ("", ["5"]),
    ]


def test_moodles_groups_need_a_roster(tmp_path: Path) -> None:
    """A group's number is no participant's; with its members on the roster they have its grade."""
    touch(tmp_path, "Group 1_4712_assignsubmission_file_/a.ipynb", "Group 2_5_assignsubmission_file_/a.ipynb")
    assert "groups" in read(tmp_path, NOBODY, tmp_path / "out").remarks[0]

    people = [
        Person("Ann", moodle_id="4711", group="Group 1"),
        Person("Bea", moodle_id="4712"),
        Person("Cem", moodle_id="4713", group="Group 1"),
    ]
    one = read(tmp_path, roster(people), tmp_path / "out")
    assert [[who.name for who in entry.students] for entry in one.entries if entry.path] == [
        ["Ann", "Cem"],
        ["Group 2"],
    ]
    assert not any(who.moodle_id == "5" for entry in one.entries for who in entry.people)


def test_a_roster_takes_nothing_that_only_the_export_knows(tmp_path: Path) -> None:
    """That it is late, and an address."""
    touch(tmp_path, "doejane_LATE_1_10_a.ipynb", "roejohn_2_11_a.ipynb")
    known = roster([Person("Doe, Jane", canvas_id="1"), Person("Roe, John", canvas_id="2", email="j@x")])
    one = read(tmp_path, known, tmp_path / "out")

    assert [(who.students[0].name, who.students[0].email, who.late) for who in one.entries] == [
        ("Doe, Jane", "", True),
        ("Roe, John", "j@x", False),
    ]


def test_who_may_be_several_gets_no_grade(tmp_path: Path) -> None:
    """Until the roster says whose it is."""
    touch(tmp_path, "jane doe.zip")
    known = roster([Person("Jane Doe", sis_id="1"), Person("Doe, Jane", sis_id="2")])
    one = read(tmp_path, known, tmp_path / "out")

    assert one.entries[0].students == ()
    assert "column 'submission'" in one.entries[0].remarks[0]


@pytest.mark.slow
def test_a_large_class_is_matched_in_a_second(tmp_path: Path) -> None:
    """Everybody is held against everybody."""
    known = roster([Person(f"Student Number{n}", sis_id=f"{n}", email=f"s{n}@x") for n in range(1500)])
    for n in range(1500):
        (tmp_path / f"s{n}.zip").touch()
    start = time.process_time()
    one = read(tmp_path, known, tmp_path / "out")

    assert all(len(entry.students) == 1 for entry in one.entries)
    assert time.process_time() - start < 20


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_submissions_is_refused(tmp_path: Path, make: bool) -> None:
    """As is one that does not exist."""
    folder = tmp_path / "empty"
    if make:
        touch(folder, "notes.txt")

    with pytest.raises(CallError, match="holds no submission" if make else "There is no folder"):
        read(folder, NOBODY, tmp_path / "out")


def test_the_reports_of_a_class_are_no_submission(tmp_path: Path) -> None:
    """Where they stand among the submissions."""
    touch(tmp_path, "a.zip", "reports/a/report.json")

    assert set(short(read(tmp_path, NOBODY, tmp_path / "reports"), tmp_path)) == {"a"}


def test_the_roster_may_call_a_submission_as_it_was_packed(tmp_path: Path) -> None:
    """A zip that was unpacked since is the folder; what is lost is said."""
    touch(tmp_path, "team/a.ipynb", "x/a.ipynb", "x.zip")
    said = {"Ann": "team", "Ben": "team.zip", "Cy": "x.zip", "Di": "x", "Eve": "gone.zip"}
    people = [Person(name, submission=told) for name, told in said.items()]
    one = read(tmp_path, roster(people), tmp_path / "out")

    found = {e.path.name: [who.name for who in e.students] for e in one.entries if e.path}
    assert found == {"team": ["Ann", "Ben"], "x": ["Di"], "x.zip": ["Cy"]}
    assert one.remarks == ("The roster's column 'submission' names what is not here: 'gone.zip' of Eve.",)


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    """Somebody may have handed in what it led to."""
    touch(tmp_path, "b.ipynb")
    (tmp_path / "alice").symlink_to(tmp_path / "gone")

    assert read(tmp_path, NOBODY, tmp_path / "out").ignored == ("alice",)


def test_who_typed_into_moodle_is_told(tmp_path: Path) -> None:
    """It can't be graded, and is not nothing; who handed in files as well has handed in those."""
    names = ("Jo_1_assignsubmission_file_/a.ipynb", "Jo_1_assignsubmission_onlinetext_/onlinetext.html")
    touch(tmp_path, *names, "Al Roe_2_assignsubmission_onlinetext_/onlinetext.html")
    one = read(tmp_path, NOBODY, tmp_path / "out")

    assert [said for said in one.remarks if "typed" in said] == [
        "Al Roe_2 typed something into Moodle and handed in no file: it was not graded."
    ]
