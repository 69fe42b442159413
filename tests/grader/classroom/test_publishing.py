"""What is graded is written and kept whole, with what people said of it."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from grader import interrupts
from grader.classroom.handed_in import Entry
from grader.classroom.people import Person
from grader.classroom.publishing import ERROR_LOG
from grader.errors import CallError, IsolationError
from tests.grader.a_class import graded
from tests.grader.classroom.one_of_many import Fake, grade_it, mark, report


def test_a_crash_takes_the_older_reports_with_it(fake: Fake, alice: Entry, out: Path) -> None:
    """They would pass for the new ones; a log stands there instead, until grading works."""
    grade_it(alice, out)
    good, fake.answer = fake.answer, ZeroDivisionError("boom")
    with pytest.raises(ZeroDivisionError):
        grade_it(alice, out)
    assert [path.name for path in (out / "alice").iterdir()] == [ERROR_LOG]
    assert "ZeroDivisionError: boom" in (out / "alice" / ERROR_LOG).read_text()

    fake.answer = good
    grade_it(alice, out)
    assert not (out / "alice" / ERROR_LOG).exists()


@pytest.mark.parametrize("error", [CallError("wrong"), IsolationError("no")])
def test_a_wrong_call_is_no_crash(fake: Fake, alice: Entry, out: Path, error: Exception) -> None:
    """What was graded before stays."""
    grade_it(alice, out)
    fake.answer = error
    with pytest.raises(type(error)):
        grade_it(alice, out)

    assert report(out)["score"] == 3.0


def test_marks_survive_a_regrading(fake: Fake, alice: Entry, out: Path) -> None:
    """They are merged into every new report, even where all reports were deleted."""
    grade_it(alice, out)
    mark(out, 7.0)
    shutil.rmtree(out)
    grade_it(alice, out)

    assert report(out)["score"] == 10.0


def test_bad_marks_are_refused_before_the_work(fake: Fake, alice: Entry, out: Path) -> None:
    """Not after minutes of it."""
    (out / "alice").mkdir(parents=True)
    (out / "alice" / "marks.toml").write_text("[fcn32s.crop]\npoints = 99\n")
    with pytest.raises(CallError, match=r"marks\.toml, line 1"):
        grade_it(alice, out)

    assert fake.count == 0


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


def test_a_report_is_headed_by_its_people(fake: Fake, alice: Entry, out: Path) -> None:
    """Where a roster or an export tells who they are; its folder is no name."""
    sent = replace(alice, people=(Person("Doe, Jane"), Person("John Roe")))
    grade_it(sent, out)
    pages = [(out / "alice" / name).read_text() for name in ("report.html", "notebook.html")]

    assert all("<h1>Doe, Jane, John Roe" in page for page in pages)
    assert report(out)["student"] == "alice"
