"""A class of sixty, in every shape that it comes in, released to all who wait for it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.classroom import roll
from grader.classroom.handed_in import Class, read
from grader.classroom.identity import submission_sha
from grader.classroom.rosters import read_roster
from grader.commands.release import release
from grader.commands.screen import Screen
from grader.errors import CallError
from grader.marks import store
from grader.marks.entry import Mark
from grader.marks.store import Store
from grader.records import saved
from grader.records.grade import Grade
from grader.release import packages
from grader.release.replacing import BEFORE, GONE, PART
from tests.grader.a_class import FAILED, graded
from tests.grader.release import course_systems
from tests.grader.release.course_systems import User
from tests.share import every

KEY = saved.Key("s", "g", "r", "o")
COUNT = 60


@dataclass(frozen=True)
class Student:
    number: int

    @property
    def name(self) -> str:
        return f"{['Ada', 'Bea', 'Cem', 'Dan', 'Eve'][self.number % 5]} L\u00f8\u0301w{self.number:02d}"

    @property
    def login(self) -> str:
        return f"user{self.number:02d}"

    @property
    def answer(self) -> float:
        """What a person gives them for the question: nobody else gets as much."""
        return round(self.number / 6, 2)

    @property
    def score(self) -> float:
        return (3.0 if self.number % 10 % 3 == 0 else 5.0) + self.answer


STUDENTS = tuple(map(Student, range(COUNT)))
USERS = [User(1000 + one.number, one.name, str(2000 + one.number), one.login) for one in STUDENTS]


def plain(home: Path) -> None:
    for one in STUDENTS:
        (home / f"{one.login}.ipynb").write_text("{}")


def canvas(home: Path) -> None:
    for one in STUDENTS:
        (home / f"{one.login}_{1000 + one.number}_{9 + one.number}_a.ipynb").write_text("{}")


def gradescope(home: Path) -> None:
    pages = []
    for one in STUDENTS:
        name = f"submission_{9000 + one.number}"
        (home / name).mkdir()
        who = f"  - :name: {one.name}\n    :sid: '{2000 + one.number}'\n    :email: {one.login}@x.edu\n"
        pages.append(f"{name}:\n  :submitters:\n{who}")
    (home / "submission_metadata.yml").write_text("".join(pages), encoding="utf-8")


def moodle(home: Path) -> None:
    for one in STUDENTS:
        (home / f"{one.name}_{4000 + one.number}_assignsubmission_file_").mkdir()


SHAPES: dict[str, Callable[[Path], None]] = {
    "plain": plain,
    "canvas": canvas,
    "gradescope": gradescope,
    "moodle": moodle,
}


def roster(path: Path) -> Path:
    header = "Name,ID,SIS User ID,SIS Login ID,Email,Identifier,Section\n"
    rows = [
        f"{one.name},{1000 + one.number},{2000 + one.number},{one.login},{one.login}@x.edu,"
        f"Participant {4000 + one.number},A\n"
        for one in STUDENTS
    ]
    path.write_text(header + "".join(rows), encoding="utf-8-sig")
    return path


@dataclass(frozen=True)
class Graded:
    out: Path
    to: Path
    marks: Path

    def release(self, screen: Screen, kind: str = "all", partial: bool = False) -> int:
        return release(screen, self.out, self.to, None, kind, partial, "Assignment 3 (77)")

    def mark(self, *but: str) -> None:
        """A person gives everybody else points for the question."""
        known = [one for one in roll.known(roll.read(self.out), self.out) if one.name not in but]
        with Store.open(self.marks) as kept:
            points = [(one.subject, student_of(one.name).answer) for one in known]
            kept.append_all("ta", [Mark(who, "questions.question1", given) for who, given in points])


def student_of(submission: str) -> Student:
    """Whose it is: in every shape their number ends its name."""
    return STUDENTS[int(submission[-2:])]


def grade_of(name: str) -> Grade:
    """One in three crops wrongly; the reference's value stands in each report."""
    one = graded(name, crop=FAILED, why="starts at 18") if int(name[-1]) % 3 == 0 else graded(name)
    reason = replace(one.checks[0].reason, expected="the reference says 19")
    return replace(one, checks=(replace(one.checks[0], reason=reason), *one.checks[1:]))


def a_class(tmp_path: Path, shape: str) -> Graded:
    (tmp_path / "in").mkdir()
    SHAPES[shape](tmp_path / "in")
    out = tmp_path / "out"
    one = read(tmp_path / "in", read_roster(roster(tmp_path / "roster.csv")), out)
    keep(one, out)
    return Graded(out, tmp_path / "released", store.beside(out))


def keep(one: Class, out: Path) -> None:
    for entry in one.entries:
        if entry.path:
            key = replace(KEY, submission=submission_sha(entry.path))
            saved.write(out / entry.name, saved.Saved(key, grade_of(entry.name)))
    (out / roll.FILE).write_text(roll.render("class", one))


@pytest.fixture
def screen() -> Iterator[Screen]:
    yield Screen(Console(file=io.StringIO(), width=200), Console(file=io.StringIO(), width=200))


def told(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("shape", every(4, SHAPES))
def test_a_class_of_sixty_is_released_to_everybody(tmp_path: Path, screen: Screen, shape: str) -> None:
    """Each system takes its file, each student has a report, and the reference is in none."""
    one = a_class(tmp_path, shape)
    one.mark()
    assert one.release(screen) == 0, told(screen.out)

    by_id = course_systems.canvas((one.to / "canvas.csv").read_text(encoding="utf-8"), USERS)
    assert by_id == {1000 + who.number: pytest.approx(who.score) for who in STUDENTS}
    by_mail = course_systems.gradescope((one.to / "gradescope.csv").read_text(encoding="utf-8"))
    assert by_mail == {f"{who.login}@x.edu": by_id[1000 + who.number] for who in STUDENTS}
    participants = {str(4000 + who.number): None for who in STUDENTS}
    numbers = course_systems.moodle((one.to / "moodle.csv").read_text(encoding="utf-8"), participants)
    assert numbers == {str(4000 + who.number): by_id[1000 + who.number] for who in STUDENTS}
    assert (one.to / "gradebook.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    _check_packages(one.to / "students")
    assert "60 students' grades were released" in told(screen.out)


def _check_packages(folder: Path) -> None:
    folders = [path for path in folder.iterdir() if path.is_dir()]
    assert len(folders) == COUNT and len(list(folder.iterdir())) == 2 * COUNT
    for path in folders:
        assert sorted(file.name for file in path.iterdir()) == ["notebook.html", "report.html"]
        page = (path / "report.html").read_bytes()
        assert b"the reference says" not in page and b"/ 15" in page
        assert f'"score">{student_of(path.name).score:.4g} <' in page.decode()
        with zipfile.ZipFile(f"{path}.zip") as archive:
            assert archive.namelist() == ["report.html", "notebook.html"]
            assert archive.read("report.html") == page


def test_what_is_not_complete_is_listed_and_nothing_leaves(tmp_path: Path, screen: Screen) -> None:
    """Exit code 1; an older release stays as it was."""
    one = a_class(tmp_path, "plain")
    one.mark("user07", "user21")

    assert one.release(screen) == 1
    lines = told(screen.out).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["user07", "user21", "2 are not complete"]
    assert not one.to.exists()


def test_a_partial_release_says_so(tmp_path: Path, screen: Screen) -> None:
    """Course systems' tables leave out what is not complete; its student's report says that it may change."""
    one = a_class(tmp_path, "plain")
    one.mark("user07")

    assert one.release(screen, partial=True) == 1
    table = (one.to / "canvas.csv").read_text(encoding="utf-8")
    assert set(course_systems.canvas(table, USERS)) == {who.number + 1000 for who in STUDENTS} - {1007}
    assert "Assignment 3, partial (77)" in table
    pages = {path.parent.name: path.read_text(encoding="utf-8") for path in one.to.rglob("report.html")}
    assert [name for name, page in pages.items() if "not complete and may change" in page] == ["user07"]


ONLY = {
    "canvas": {"canvas.csv", "gradebook.csv"},
    "students": {"students"},
    "moodle": {"moodle.csv", "gradebook.csv"},
}


@pytest.mark.parametrize("kind", every(9, ONLY))
def test_only_what_is_asked_for_is_written(tmp_path: Path, screen: Screen, kind: str) -> None:
    """And what an older release left is gone."""
    one = a_class(tmp_path, "plain")
    one.mark()
    one.release(screen)
    one.release(screen, kind)

    assert {path.name for path in one.to.iterdir()} == ONLY[kind]


@pytest.mark.parametrize("to", ["out", ".", "mine", "course", "file"])
def test_a_folder_with_other_things_is_refused(tmp_path: Path, screen: Screen, to: str) -> None:
    """They would look released, too, or be gone."""
    one = replace(a_class(tmp_path, "plain"), to=tmp_path / to)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    (tmp_path / "course" / "students").mkdir(parents=True)
    handed_in = tmp_path / "course" / "students" / "alice.zip"
    handed_in.touch()
    (tmp_path / "file").touch()
    with pytest.raises(CallError):
        one.release(screen, partial=True)

    assert (tmp_path / "mine" / "thesis.tex").exists() and handed_in.exists()


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 5])
def test_an_interrupted_release_leaves_the_one_before(
    tmp_path: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Every file of it; the next one replaces it."""
    one, written = a_class(tmp_path, "plain"), count()
    one.mark()
    one.release(screen)
    before = contents(one.to)
    original = packages._write

    def write(*args: Any) -> None:
        if next(written) >= at:
            raise KeyboardInterrupt
        original(*args)

    with monkeypatch.context() as patched:
        patched.setattr(packages, "_write", write)
        with pytest.raises(KeyboardInterrupt):
            one.release(screen)
    assert contents(one.to) == before

    for left in (PART, BEFORE):  # it was killed, and nothing tidied up
        (one.to / left / "students").mkdir(parents=True)
        (one.to / left / "students" / "x").touch()
    assert one.release(screen) == 0
    assert contents(one.to) == before


@pytest.mark.slow
def test_a_release_that_was_killed_is_told_and_put_right(tmp_path: Path, screen: Screen) -> None:
    """Also where nothing new may leave: half a release is no release."""
    one = a_class(tmp_path, "plain")
    one.mark()
    one.release(screen)
    before = contents(one.to)
    one.marks.unlink()
    (one.to / BEFORE).mkdir()
    for name in ("canvas.csv", "gradebook.csv", "students"):
        (one.to / name).rename(one.to / BEFORE / name)

    assert one.release(screen) == 1

    assert contents(one.to) == before
    assert "the one before it is back in its place" in told(screen.err)


@pytest.mark.slow
def test_older_grades_that_can_not_be_deleted_are_told(tmp_path: Path, screen: Screen) -> None:
    """Whoever sends the folder on would send them, too."""
    one = a_class(tmp_path, "plain")
    one.mark()
    one.release(screen)
    assert GONE not in told(screen.out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.release.replacing.shutil.rmtree", lambda path, ignore_errors: None)
        assert one.release(screen) == 0

    assert f"{GONE}.1 is of an older release" in told(screen.out)
    assert one.release(screen) == 0
    assert GONE not in str(list(one.to.iterdir()))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_link_to_a_folder_is_a_folder(tmp_path: Path, screen: Screen) -> None:
    """What it leads to holds the release."""
    one = a_class(tmp_path, "plain")
    one.mark()
    (tmp_path / "real").mkdir()
    one.to.symlink_to(tmp_path / "real")

    assert one.release(screen, "canvas") == one.release(screen, "canvas") == 0
    assert {path.name for path in (tmp_path / "real").iterdir()} == ONLY["canvas"]


@pytest.mark.slow
def test_the_release_of_another_class_stays(tmp_path: Path, screen: Screen) -> None:
    """One folder a class; the same class may be released again and again."""
    one = a_class(tmp_path, "plain")
    one.mark()
    for kind in ("canvas", "students", "all"):
        assert one.release(screen, kind) == 0
        (tmp_path / kind).mkdir()
        other = replace(a_class(tmp_path / kind, "canvas"), to=one.to)
        other.mark()
        with pytest.raises(CallError, match="of another class"):
            other.release(screen)


def test_who_is_unsure_is_said_before_anything_leaves(tmp_path: Path, screen: Screen) -> None:
    """On the other console than the result."""
    one = a_class(tmp_path, "plain")
    (tmp_path / "in" / "stranger.zip").touch()
    found = read(tmp_path / "in", read_roster(tmp_path / "roster.csv"), one.out)
    (one.out / roll.FILE).write_text(roll.render("class", found))
    one.release(screen)

    assert "stranger: stranger is nobody on the roster." in told(screen.err)
