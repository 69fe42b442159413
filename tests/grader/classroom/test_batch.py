"""What is graded is kept; what would come out the same is not graded again."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader import grading, interrupts, profiles
from grader.classroom import batch, identity
from grader.classroom.batch import View, Which, collect, grade_into, home, left, write_pages
from grader.classroom.handed_in import Class, Entry
from grader.classroom.people import Person
from grader.errors import CallError, IsolationError
from grader.grading import Options
from grader.marks import store
from grader.marks.entry import Mark
from grader.marks.store import Store
from grader.records import saved
from grader.records.grade import Grade
from grader.records.progress import Progress
from grader.records.reason import Reason
from tests.grader.a_class import ERROR, FAILED, graded

OPTIONS, VIEW = Options(training="none"), View()
MARKS = store.beside


class Fake:
    """Grades by name and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.answer: Grade | Exception = graded("alice", crop=FAILED, why="crop")

    def __call__(self, path: Path, options: Options, listen: Callable[[Progress], None]) -> Grade:
        self.count += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    fake = Fake()
    monkeypatch.setattr(grading, "grade", fake)
    return fake


@pytest.fixture
def alice(tmp_path: Path) -> Entry:
    path = tmp_path / "in" / "alice.ipynb"
    path.parent.mkdir()
    path.write_text("{}")
    return Entry("alice", path, (Person("Alice"),))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def grade_it(entry: Entry, out: Path, view: View = VIEW) -> Grade:
    assert entry.path is not None
    return grade_into(entry.path, home(entry, out, MARKS(out)), OPTIONS, view, lambda progress: None)


def is_left(entry: Entry, out: Path, options: Options = OPTIONS, which: Which = Which.STALE) -> bool:
    return bool(left([entry], out, MARKS(out), options, VIEW, which))


def report(out: Path) -> dict[str, object]:
    return dict(json.loads((out / "alice" / "report.json").read_text()))


def test_a_graded_submission_is_done(fake: Fake, alice: Entry, out: Path) -> None:
    """Until something changes that its grade depends on."""
    assert is_left(alice, out)
    grade_it(alice, out)

    assert not is_left(alice, out)


def test_each_thing_that_a_grade_depends_on_makes_it_stale(
    fake: Fake, alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options and seed, the grader, the rubric, the submission."""
    grade_it(alice, out)
    assert is_left(alice, out, Options(training="none", seed=1))
    assert is_left(alice, out, Options(training="smoke"))
    with monkeypatch.context() as patched:
        patched.setattr(identity, "grader_sha", lambda: "other")
        assert is_left(alice, out)
    with monkeypatch.context() as patched:
        usual = profiles.load()
        other = replace(usual, rubric=replace(usual.rubric, sha256="other"))
        patched.setattr(profiles, "load", lambda word: other)
        assert is_left(alice, out)
    assert not is_left(alice, out)
    assert alice.path is not None
    alice.path.write_text("{} ")
    assert is_left(alice, out)


def test_changed_means_the_submission(fake: Fake, alice: Entry, out: Path) -> None:
    """Another seed or grader does not count then."""
    grade_it(alice, out)
    other = Options(training="none", seed=1)
    assert not is_left(alice, out, other, Which.CHANGED)
    assert alice.path is not None
    alice.path.write_text("changed")

    assert is_left(alice, out, other, Which.CHANGED)


def test_failed_means_without_a_grade_or_for_a_person(fake: Fake, alice: Entry, out: Path) -> None:
    """Whatever else has changed."""
    assert is_left(alice, out, OPTIONS, Which.FAILED)
    grade_it(alice, out)
    assert not is_left(alice, out, Options(seed=3), Which.FAILED)
    fake.answer = graded("alice", maps=ERROR)
    grade_it(alice, out)

    assert is_left(alice, out, OPTIONS, Which.FAILED)


def test_a_run_killed_before_the_end_is_not_done(
    fake: Fake, alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports alone do not count: what is kept last does."""

    def killed(folder: Path, kept: saved.Saved) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(saved, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            grade_it(alice, out)

    assert is_left(alice, out)


def test_a_crash_takes_the_older_reports_with_it(fake: Fake, alice: Entry, out: Path) -> None:
    """They would pass for the new ones; a log stands there instead, until grading works."""
    grade_it(alice, out)
    good, fake.answer = fake.answer, ZeroDivisionError("boom")
    with pytest.raises(ZeroDivisionError):
        grade_it(alice, out)
    assert [path.name for path in (out / "alice").iterdir()] == [batch.ERROR_LOG]
    assert "ZeroDivisionError: boom" in (out / "alice" / batch.ERROR_LOG).read_text()

    fake.answer = good
    grade_it(alice, out)
    assert not (out / "alice" / batch.ERROR_LOG).exists()


@pytest.mark.parametrize("error", [CallError("wrong"), IsolationError("no")])
def test_a_wrong_call_is_no_crash(fake: Fake, alice: Entry, out: Path, error: Exception) -> None:
    """What was graded before stays."""
    grade_it(alice, out)
    fake.answer = error
    with pytest.raises(type(error)):
        grade_it(alice, out)

    assert report(out)["score"] == 3.0


def mark(out: Path, points: float) -> None:
    """A person gives points for alice's first question."""
    with Store.open(MARKS(out)) as kept:
        kept.append("ta", Mark("alice", "questions.question1", points))


def test_marks_survive_a_regrading(fake: Fake, alice: Entry, out: Path) -> None:
    """They are merged into every new report, even where all reports were deleted."""
    grade_it(alice, out)
    mark(out, 7.0)
    shutil.rmtree(out)
    grade_it(alice, out)

    assert report(out)["score"] == 10.0


def test_new_marks_need_no_regrading(fake: Fake, alice: Entry, out: Path) -> None:
    """Reports are made anew from what was kept, and so when a mark is taken back."""
    grade_it(alice, out)
    mark(out, 7.0)
    (row,) = collect([alice], out, MARKS(out), VIEW, {})
    assert row.grade is not None
    assert (row.grade.score, report(out)["score"], fake.count) == (10.0, 10.0, 1)

    with Store.open(MARKS(out)) as kept:
        kept.undo("ta", 1)
    collect([alice], out, MARKS(out), VIEW, {})
    assert (report(out)["score"], fake.count) == (3.0, 1)


def test_a_file_of_marks_beside_the_report_is_taken_over(fake: Fake, alice: Entry, out: Path) -> None:
    """The older way; afterwards the store has it."""
    grade_it(alice, out)
    (out / "alice" / "marks.toml").write_text("[questions.question1]\npoints = 7\n")
    collect([alice], out, MARKS(out), VIEW, {})
    (out / "alice" / "marks.toml").unlink()
    grade_it(alice, out)

    assert report(out)["score"] == 10.0


def test_bad_marks_are_refused_before_the_work(fake: Fake, alice: Entry, out: Path) -> None:
    """Not after minutes of it."""
    (out / "alice").mkdir(parents=True)
    (out / "alice" / "marks.toml").write_text("[fcn32s.crop]\npoints = 99\n")
    with pytest.raises(CallError, match=r"marks\.toml, line 1"):
        grade_it(alice, out)

    assert fake.count == 0


def test_bad_marks_of_several_are_told_at_once(out: Path) -> None:
    """Not one file a run."""
    for name in ("a", "b"):
        (out / name).mkdir(parents=True)
        (out / name / "marks.toml").write_text("[fcn32s.crop]\npoints = 99\n")

    with pytest.raises(CallError) as refused:
        batch.check_marks([Entry(name, Path(name), ()) for name in ("a", "b")], out)
    assert len(str(refused.value).splitlines()) == 2


def test_a_students_report_holds_no_reference_values(fake: Fake, alice: Entry, out: Path) -> None:
    """Changing the audience makes the reports anew and grades nothing; the class page keeps all."""
    told = graded("alice", crop=FAILED, why="crop")
    fake.answer = replace(
        told, checks=(replace(told.checks[0], reason=Reason(expected="from 19")), *told.checks[1:])
    )
    grade_it(alice, out)
    assert "from 19" in (out / "alice" / "report.json").read_text()
    (row,) = collect([alice], out, MARKS(out), View("student", ("summary.md",)), {})

    assert "from 19" not in (out / "alice" / "report.json").read_text()
    assert (out / "alice" / "summary.md").exists()
    assert row.grade is not None and row.grade.checks[0].reason.expected == "from 19"
    assert fake.count == 1


def test_a_submission_without_a_grade_says_why(fake: Fake, alice: Entry, out: Path) -> None:
    """From this run, or that it was left out."""
    assert collect([alice], out, MARKS(out), VIEW, {"alice": "ValueError: x"})[0].look == "ValueError: x"
    assert collect([alice], out, MARKS(out), VIEW, {})[0].look == "not graded yet"


def test_who_handed_in_nothing_has_no_folder(fake: Fake, out: Path) -> None:
    """Nothing is graded or made for them."""
    nobody = Entry("", None, (Person("Nobody"),))

    assert left([nobody], out, MARKS(out), OPTIONS, VIEW, Which.STALE) == ()
    assert collect([nobody], out, MARKS(out), VIEW, {})[0].grade is None
    assert not out.exists()


def test_the_pages_of_a_class_are_written(fake: Fake, alice: Entry, out: Path) -> None:
    """Four files and no leftovers of writing them."""
    grade_it(alice, out)
    write_pages(collect([alice], out, MARKS(out), VIEW, {}), out, "class", Class(out, (alice,)))

    names = sorted(path.name for path in out.iterdir() if path.is_file())
    assert names == [".alike.json", ".class.json", "gradebook.csv", "index.html"]


def test_what_an_interrupt_spoilt_is_not_kept(
    fake: Fake, alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks that were cut short would blame the student."""
    monkeypatch.setattr(interrupts, "_received", signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        grade_it(alice, out)

    assert not out.exists()


def test_a_report_is_called_like_its_folder(fake: Fake, alice: Entry, out: Path) -> None:
    """Canvas's own names of files say nothing to a person."""
    fake.answer = graded("doejane_1234_555_assignment3")
    grade_it(alice, out)

    assert report(out)["student"] == "alice"
