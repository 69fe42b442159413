"""A submission that is graded elsewhere is graded as here, and kept under the same key."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from grader import intake
from grader.classroom import batch, sending
from grader.classroom.batch import collect
from grader.classroom.handed_in import Entry
from grader.classroom.homes import View, home
from grader.classroom.people import Person
from grader.classroom.publishing import ERROR_LOG, key_of
from grader.classroom.remaining import Task, Which, left
from grader.engines import elsewhere, parcel
from grader.engines.choosing import Where
from grader.engines.parcel import FILE, Item
from grader.errors import IsolationError
from grader.grading import Options
from grader.marks.store import Store
from grader.records import saved
from grader.records.grade import Lateness
from tests.grader.classroom.one_of_many import MARKS, Fake, mark, report

OPTIONS = Options(training="none", isolation="none")
SUBMISSIONS = Path(__file__).resolve().parents[3] / "submissions"


def task(entry: Entry, out: Path, options: Options = OPTIONS) -> Task:
    assert entry.path
    return Task(entry.name, entry.path, home(entry, out, MARKS(out)), options, View("ta", ("summary.md",)))


def sent(one: Task, scratch: Path, has_gpu: bool = False) -> Task:
    """The task as it arrives."""
    return sending.unpack(sending.pack(one, "ray"), scratch, has_gpu)


def test_what_is_graded_elsewhere_is_kept_as_if_it_was_graded_here(
    fake: Fake, alice: Entry, out: Path, tmp_path: Path
) -> None:
    """All reports, the same key, so that nothing is left; the report says where it was graded."""
    one = task(alice, out)
    there = sent(one, tmp_path / "there")
    batch._grade(there, lambda progress: None)
    sending.keep(one, sending.results(there))
    names = {path.name for path in one.folder.iterdir()}

    assert names == {"report.json", "report.html", "notebook.html", "summary.md", saved.FILE}
    assert left([alice], out, MARKS(out), OPTIONS, View(), Which.STALE) == ()
    provenance = report(out)["provenance"]
    assert isinstance(provenance, dict) and provenance["engine"] == "ray"


def test_marks_stay_here_and_count(fake: Fake, alice: Entry, out: Path, tmp_path: Path) -> None:
    """They are merged when the reports are back."""
    one = task(alice, out)
    mark(out, 7.0)
    there = sent(one, tmp_path / "there")
    batch._grade(there, lambda progress: None)
    sending.keep(one, sending.results(there))
    collect([alice], out, MARKS(out), one.view, {})

    assert report(out)["score"] == 10.0
    with Store.open(MARKS(out)) as kept:
        assert len(kept.entries()) == 1


def test_a_letter_holds_all_that_a_report_shows(alice: Entry, out: Path, tmp_path: Path) -> None:
    """What it is called, whose it is, how late it came, with characters that are no text."""
    odd = os.fsdecode(b"al\xffice")
    late = Lateness(2, 5.0, "2 days late")
    one = task(replace(alice, name=odd, remarks=(odd,), people=(Person(odd), Person("Bo"))), out)
    one = replace(one, home=replace(one.home, late=late))
    there = sent(one, tmp_path / "there")

    assert (there.path.name, there.folder.name, there.name) == (one.path.name, odd, odd)
    assert replace(there.home, folder=one.folder, marks=one.home.marks) == one.home
    assert (there.options.training, there.view) == ("none", one.view)


@pytest.mark.parametrize("name", ["alice", "carol/assignment3.ipynb"])
def test_intake_reads_there_what_it_reads_here(name: str, out: Path, tmp_path: Path) -> None:
    """A folder and a lone file; junk stays here, of other files only the beginning goes along."""
    path = SUBMISSIONS / name
    there = sent(task(Entry("a", path, ()), out), tmp_path / "there")

    assert there.sent and there.sent.typed == intake.typed(path)
    assert replace(intake.read(there.path), typed=there.sent.typed) == intake.read(path)


def test_texts_travel_whole_where_they_are_read(out: Path, tmp_path: Path) -> None:
    """What code may read, and Markdown that is a notebook."""
    folder = tmp_path / "bea"
    folder.mkdir()
    (folder / "classes.json").write_text(json.dumps(["a" * 100_000]), encoding="utf-8")
    notebook = "---\njupytext: {}\n---\n```python\nFCN8s = 1\n```\n" + "text " * 30_000
    (folder / "hw.md").write_text(notebook, encoding="utf-8")

    there = sent(task(Entry("bea", folder, ()), out), tmp_path / "there")

    assert intake.read(there.path).sha256 == intake.read(folder).sha256


def test_of_a_data_set_only_the_names_travel(tmp_path: Path, out: Path) -> None:
    """Half a gigabyte of it, say; a link travels as a link."""
    home = tmp_path / "eve"
    (home / "venv").mkdir(parents=True)
    (home / "a.ipynb").write_text("{}")
    (home / "big.bin").write_bytes(bytes(2**20))
    (home / "venv" / "x.py").write_text("")
    (home / "link").symlink_to("/etc/passwd")
    one = task(Entry("eve", home, ()), out)
    there = sent(one, tmp_path / "there")

    assert len(sending.pack(one, "ray")) < 2**17
    assert sorted(path.name for path in there.path.rglob("*")) == ["a.ipynb", "big.bin", "link"]
    assert (there.path / "link").is_symlink()
    assert there.sent and there.sent.key == key_of(home, OPTIONS)


def test_what_is_too_large_stays_here(alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is said."""
    monkeypatch.setattr(sending, "MOST", 1)
    with pytest.raises(ValueError, match="grade it on this machine"):
        sending.pack(task(alice, out), "ray")


def test_of_what_is_too_large_no_more_is_read(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook of a terabyte that takes no room, and one alone: they would fill this machine's memory."""
    monkeypatch.setattr(sending, "MOST", 1 << 20)
    folder, alone = tmp_path / "eve", tmp_path / "eve.ipynb"
    folder.mkdir()
    for path in (folder / "a.ipynb", alone):
        path.touch()
        os.truncate(path, 1 << 40)
        one = task(Entry("eve", alone if path == alone else folder, ()), out)
        with pytest.raises(ValueError, match="grade it on this machine"):
            sending.pack(one, "ray")


@pytest.mark.parametrize(("device", "has_gpu", "there"), [("auto", False, "cpu"), ("auto", True, "auto")])
def test_without_a_gpu_of_its_own_it_takes_none(
    alice: Entry, out: Path, tmp_path: Path, device: str, has_gpu: bool, there: str
) -> None:
    """Though the machine has one, for others; the key stays the same."""
    found = sent(task(alice, out, replace(OPTIONS, device=device)), tmp_path / "there", has_gpu)

    assert found.options.device == there


@pytest.mark.parametrize("name", [b"marks.toml", b"index.html", b"../x"])
def test_nothing_but_reports_comes_back(alice: Entry, out: Path, name: bytes) -> None:
    """A machine of the cluster can't write elsewhere."""
    with pytest.raises(ValueError, match="is no report"):
        sending.keep(task(alice, out), parcel.pack([Item(name, FILE, b"x")]))
    assert not out.exists()


def test_the_log_of_a_broken_grading_comes_back(alice: Entry, out: Path) -> None:
    """And goes when the next one is whole."""
    one = task(alice, out)
    sending.keep(one, parcel.pack([Item(ERROR_LOG.encode(), FILE, b"Traceback")]))
    assert (one.folder / ERROR_LOG).read_bytes() == b"Traceback"
    sending.keep(one, parcel.pack([]))
    assert not (one.folder / ERROR_LOG).exists()


def test_the_facts_name_what_a_verdict_depends_on(alice: Entry, out: Path) -> None:
    """A profile that a machine lacks is a fact too, and no crash."""
    found = sending.facts(task(alice, out))
    assert found == sending.wanted(task(alice, out))
    lacking = sending.facts(task(alice, out, replace(OPTIONS, profile="nowhere.toml")))

    assert set(found) == {"the grader", "the rubric", "torch", "torchvision", "numpy", "student code"}
    assert found["student code"] == "held" and "nowhere" in lacking["the rubric"]


def test_only_who_grades_must_hold_student_code(
    alice: Entry, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster is asked from any machine."""

    def refuse(name: str) -> None:
        raise IsolationError("no rung\nat all")

    monkeypatch.setattr(sending, "choose", refuse)
    one = task(alice, out, replace(OPTIONS, isolation="bwrap"))

    assert sending.wanted(one)["student code"] == "held"
    assert sending.facts(one)["student code"] == "not held (no rung at all)"


def test_whatever_a_task_is_made_of_travels() -> None:
    """A new field of it must be sent, too: then it may be named here."""
    assert {one.name for one in fields(Task)} == {"name", "path", "home", "options", "view", "sent"}


@pytest.mark.slow
def test_a_verdict_is_the_same_wherever_it_is_given(out: Path, tmp_path: Path) -> None:
    """The whole way through bytes and back, but for the times and where it was."""
    one = task(Entry("carol", SUBMISSIONS / "carol", ()), out, Options("none", 7))
    batch._grade(one, lambda progress: None)
    here = judged(one)
    work = batch.grading_of(one.options, Where("ray"))
    answer = elsewhere.read(elsewhere.answer(work, work.pack(one), lambda words: None, work.wanted(one)))
    shutil.rmtree(one.folder)
    done = elsewhere.ended(one, work, answer)

    assert (done.problem, done.result) == ("", "43.25 of 76.75")
    assert judged(one) == here


def judged(one: Task) -> object:
    """All that a report says but for the times."""
    found = json.loads((one.folder / "report.json").read_text())
    del found["provenance"]
    return {**found, "checks": [{**check, "seconds": 0} for check in found["checks"]]}
