"""A class is collected, its reports kept up to date, and its pages written."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from grader import profiles
from grader.classroom import batch
from grader.classroom.batch import collect, write_pages
from grader.classroom.handed_in import Class, Entry
from grader.classroom.homes import Home, View
from grader.classroom.people import Person
from grader.classroom.remaining import Task, Which, left
from grader.engines.local import Local
from grader.errors import CallError
from grader.marks.store import Store
from grader.records import saved
from grader.records.reason import Reason
from grader.sandbox import isolation
from grader.sandbox.ladder import RUNGS
from tests.grader.a_class import FAILED, graded
from tests.grader.classroom.one_of_many import MARKS, OPTIONS, VIEW, Fake, grade_it, mark, report


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


def test_a_class_holds_no_pictures_in_memory(fake: Fake, alice: Entry, out: Path) -> None:
    """They stay in the reports, which are made anew from what lies on the disk."""
    grade_it(alice, out)
    mark(out, 7.0)
    (row,) = collect([alice], out, MARKS(out), VIEW, {})
    kept = saved.read(out / "alice")

    assert row.grade and row.grade.pictures == () and row.grade.submission.texts == {}
    assert kept and kept.grade.pictures and kept.grade.submission.texts
    assert "data:image/png" in (out / "alice" / "report.html").read_text()


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


def test_a_profile_may_be_moved(fake: Fake, alice: Entry, out: Path, tmp_path: Path) -> None:
    """What was judged by the same text is called by where it lies now; nothing is graded again."""
    before, now = tmp_path / "before.toml", tmp_path / "now.toml"
    now.write_bytes(profiles.path_of(profiles.DEFAULT).read_bytes())
    shutil.copy(now, before)
    fake.answer = replace(graded("alice"), profile=str(before))
    grade_it(alice, out)
    before.unlink()
    (row,) = collect([alice], out, MARKS(out), VIEW, {}, str(now))
    kept = saved.read(out / "alice")

    assert row.grade and row.grade.profile == str(now)
    assert kept and kept.grade.profile == str(now)
    assert (report(out)["profile"], fake.count) == ("now", 1)


TOGETHER = [Task(name, Path(name), Home(Path(name), Path("marks"), name), OPTIONS, VIEW) for name in "ab"]


@pytest.mark.parametrize("rung", ["bwrap", "none"])
def test_a_class_is_drawn_from_one_seed(monkeypatch: pytest.MonkeyPatch, rung: str) -> None:
    """Of each run another; values are kept for all, but not where a student's code could change them."""
    monkeypatch.setattr(isolation, "choose", lambda *_: RUNGS[rung])
    monkeypatch.setattr(isolation, "warm", lambda *_: nullcontext())
    done = []
    for _ in range(2):
        with batch._forking(TOGETHER, Local(1), batch.grading_of(OPTIONS)) as work:
            done.append(work.do.keywords)  # type: ignore[attr-defined]  # a partial
            folder = done[-1]["values"]
            assert folder is None if rung == "none" else folder.is_dir()

    assert folder is None or not folder.exists()
    assert done[0]["together"].seed != done[1]["together"].seed


def test_one_submission_alone_shares_nothing() -> None:
    """It has a seed of its own, and a worker that is started as ever."""
    work = batch.grading_of(OPTIONS)
    with batch._forking(TOGETHER[:1], Local(1), work) as same:
        assert same is work
