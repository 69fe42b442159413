"""Words become calls, calls become exit codes; what people see is on the right stream."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from grader import grading, interrupts, paths
from grader.classroom import batch
from grader.classroom.publishing import ERROR_LOG, REPORTS
from grader.classroom.remaining import Task
from grader.commands import app
from grader.commands import options as words
from grader.commands.codes import exit_code
from grader.commands.options import Report
from grader.engines import local
from grader.engines.work import Done, Said
from grader.errors import CallError, IsolationError
from grader.grading import Options
from grader.marks.entry import Mark
from grader.marks.store import Store
from grader.records.grade import Grade, Outcome
from grader.records.progress import Listener, Progress
from grader.records.reason import Reason
from grader.reports import AUDIENCES, RENDERERS
from tests.grader.a_class import ERROR, FAILED, graded
from tests.share import every

ROOT = Path(__file__).resolve().parents[3]


class FakeGrader:
    """Stands for grading: answers by the submission's name."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Options]] = []
        self.answers: dict[str, Grade | BaseException] = {}

    def grade(self, path: Path, options: Options, listen: Listener, *_: object) -> Grade:
        self.calls.append((path.name, options))
        listen(Progress("read", "cell 1\x1b[2J"))
        answer = self.answers.get(path.name, graded(path.name))
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeGrader:
    fake = FakeGrader()
    monkeypatch.setattr(grading, "grade", fake.grade)
    home = tmp_path / "submissions"
    for name in ("alice", "bob"):
        (home / name).mkdir(parents=True)
    monkeypatch.setattr(paths, "SUBMISSIONS", home)
    monkeypatch.chdir(tmp_path)
    return fake


@pytest.fixture(autouse=True)
def keep_the_tests_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Signal handlers and the folder for temporary files."""
    monkeypatch.setattr(interrupts, "watch", lambda *numbers: None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["grader", *words])
    with pytest.raises(SystemExit) as stop:
        app.main()
    return int(stop.value.code or 0)


def test_a_graded_submission_ends_in_0(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The result is on stdout, the progress on stderr, the report in OUT/<name>."""
    assert run(monkeypatch, "grade", "alice") == 0

    out, err = capsys.readouterr()
    assert "Part 4: CAM" in out
    assert "Report: reports/alice/report.html" in out
    assert err == "alice: read\n"
    assert Path("reports/alice/report.json").exists()


def test_options_reach_the_grader(fake: FakeGrader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option under its own name."""
    words = ["--training", "none", "--seed", "7", "--device", "cpu", "--isolation", "landlock", "--out", "o"]

    assert run(monkeypatch, "grade", "alice", *words) == 0
    assert fake.calls == [("alice", Options("none", 7, "cpu", "landlock"))]
    assert Path("o/alice/report.json").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["grade", "nobody"],
        ["grade"],
        ["grade", "alice", "--training", "long"],
        ["grade", "alice", "--seed", "-1"],
        ["grade", "alice", "--fail-under", "101"],
        ["mark", "alice"],
        ["grade", "alice", "--unknown"],
    ],
)
def test_a_wrong_call_ends_in_2(fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """Nothing is graded then."""
    assert run(monkeypatch, *words) == 2
    assert fake.calls == []


def test_an_unknown_name_is_answered_with_the_names_there_are(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, in one line."""
    run(monkeypatch, "grade", "nobody")

    assert "There are: alice, bob.\n" in capsys.readouterr().err


def test_a_line_in_error_ends_in_1(fake: FakeGrader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person must look; the worst code of several wins."""
    fake.answers["alice"] = graded("alice", maps=ERROR, why="claimed")

    assert run(monkeypatch, "grade", "alice", "bob") == 1
    assert [name for name, _ in fake.calls] == ["alice", "bob"]


@pytest.mark.parametrize(("percent", "code"), [("60", 0), ("60.1", 1)])
def test_fail_under_is_a_share_of_the_assessed_points(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, percent: str, code: int
) -> None:
    """3 of 5 points, with 10 more that are pending, are 60 %."""
    fake.answers["alice"] = graded("alice", crop=FAILED)

    assert run(monkeypatch, "grade", "alice", "--fail-under", percent) == code


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.BLOCKED, Outcome.PENDING])
def test_a_students_fault_is_no_reason_to_look(outcome: Outcome) -> None:
    """Only `error` is."""
    assert exit_code(graded("x", crop=outcome)) == 0


def test_a_crash_of_the_grader_costs_one_submission(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback on the screen, but in a log; an older report does not pass for this one; others go on."""
    run(monkeypatch, "grade", "alice")
    fake.answers["alice"] = KeyError("boom")

    assert run(monkeypatch, "grade", "alice", "bob") == 1

    err = capsys.readouterr().err
    assert "alice: not graded, the grader itself failed (KeyError: 'boom')" in err
    assert "Traceback" not in err
    assert "Traceback" in Path("reports/alice", ERROR_LOG).read_text()
    assert not Path("reports/alice/report.json").exists()
    assert Path("reports/bob/report.json").exists()


def test_no_isolation_is_a_refusal(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the call that asks for less isolation, not a fault of the submission."""
    fake.answers["alice"] = IsolationError("no isolation works here")

    assert run(monkeypatch, "grade", "alice") == 2
    assert "no isolation works here" in capsys.readouterr().err


@pytest.mark.parametrize(("audience", "told"), [("ta", True), ("student", False)])
def test_what_is_printed_is_for_the_same_eyes_as_the_report(
    fake: FakeGrader,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    audience: str,
    told: bool,
) -> None:
    """A student reads the log of a CI run."""
    grade = graded("alice", crop=FAILED, why="x")
    crop = replace(grade.checks[0], reason=Reason("x", expected="from 19"))
    fake.answers["alice"] = replace(grade, checks=(crop, *grade.checks[1:]))
    run(monkeypatch, "grade", "alice", "--audience", audience)

    assert ("from 19" in capsys.readouterr().out) == told


def test_verbose_says_where_the_time_went(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a stage, on stderr, and one for what is the pace of a training."""
    grade, step = graded("alice"), "a training step of FCN8s"
    told = replace(grade.provenance, timings={"intake": 0.5, step: 1.5}, cpu={"intake": 0.25})
    fake.answers["alice"] = replace(grade, provenance=told)
    run(monkeypatch, "grade", "alice", "--verbose")
    said = capsys.readouterr().err

    assert "until the first grading began" in said
    assert "0.50                  0.25            0.00   intake" in said
    assert f"    1.50 s  {step}" in said


SLEEPER = """
import signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever runs the tests may ignore it
sys.path.insert(0, {root!r})
from grader import grading
from grader.commands import app
def grade(path, options, progress, together):
    print("started", flush=True)
    try:
        time.sleep(60)
    except BaseException:
        return None
    raise AssertionError("nobody came")
grading.grade = grade
sys.argv = ["grader", "grade", {path!r}]
app.main()
"""


@pytest.mark.parametrize("number", every(3, [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]))
def test_an_interrupt_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    """With the shell's own exit code and without a report, even where its exception is swallowed."""
    script = SLEEPER.format(
        root=str(ROOT),
        path=str(tmp_path),
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "started\n"
    os.kill(child.pid, number)

    _, err = child.communicate(timeout=60)
    assert child.returncode == 128 + number
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_help_needs_no_torch() -> None:
    """Start-up stays fast: nothing heavy is imported before it is needed."""
    heavy = "{'torch', 'cv2', 'numpy', 'pytest'}"
    code = f"import sys, grader.commands.app; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert result.stdout == "[]\n"


def fake_local(
    tasks: list[Task],
    do: local.Do[Task],
    jobs: int,
    ceiling: float,
    log: Callable[[Task], Path],
    preload: Sequence[str] | None = None,
) -> Iterator[Said[Task] | Done[Task]]:
    """One after the other, in this process."""
    for task in tasks:
        yield Said(task, Progress("read"))
        try:
            result, problem = do(task, lambda progress: None), ""
        except Exception as error:
            result, problem = "", f"{type(error).__name__}: {error}"
        yield Done(task, problem, 1.0, result)


@pytest.fixture
def in_process(fake: FakeGrader, monkeypatch: pytest.MonkeyPatch) -> FakeGrader:
    monkeypatch.setattr(local, "run", fake_local)
    return fake


def test_a_class_is_graded_and_summed_up(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Progress on stderr, the summary on stdout, four pages about the class."""
    assert run(monkeypatch, "class", "submissions", "--isolation", "none") == 0

    out, err = capsys.readouterr()
    assert "2 submissions, 2 to grade." in err
    assert "[1/2] alice: 5 of 5 (1.0 s; " in err
    assert "2 of 2 graded, mean 100.0 % of the points assessed." in out
    pages = {path.name for path in Path("reports").iterdir() if path.is_file()}
    assert pages == {"index.html", "gradebook.csv", ".class.json", ".alike.json"}


def test_a_class_that_is_graded_costs_nothing(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run grades nobody, a new submission alone is graded."""
    run(monkeypatch, "class", "submissions", "--isolation", "none")
    run(monkeypatch, "class", "submissions", "--isolation", "none")
    assert len(in_process.calls) == 2

    Path("submissions/carol").mkdir()
    run(monkeypatch, "class", "submissions", "--isolation", "none")
    assert [name for name, _ in in_process.calls] == ["alice", "bob", "carol"]


def test_a_crash_in_a_class_is_told_first(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends in 1, and the others are graded."""
    in_process.answers["alice"] = KeyError("boom")

    assert run(monkeypatch, "class", "submissions", "--isolation", "none") == 1
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["alice: KeyError: 'boom'", "1 of 2 graded, mean 100.0 % of the points assessed."]


@pytest.mark.parametrize(
    "words",
    [
        ["class", "nowhere"],
        ["class", "."],
        ["class", "submissions", "--changed", "--failed-only"],
        ["class", "submissions", "--roster", "nowhere.csv"],
        ["class", "submissions", "--jobs", "0"],
        ["diff", "nowhere", "nowhere"],
        ["marks", "export", "nowhere", "x.csv"],
        ["marks", "import", "nowhere", "x.csv"],
    ],
)
def test_a_wrong_call_of_a_class_ends_in_2(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Nothing is graded then."""
    (Path("empty")).mkdir()
    words = ["empty" if word == "." else word for word in words]

    assert run(monkeypatch, *words) == 2
    assert in_process.calls == []


def test_marks_that_cannot_be_right_stop_a_class_before_it_begins(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hours of grading would end in the same message."""
    Path("reports/bob").mkdir(parents=True)
    Path("reports/bob/marks.toml").write_text("[fcn32s.crop]\npoints = 100\n")

    assert run(monkeypatch, "class", "submissions", "--isolation", "none") == 2
    assert "marks.toml, line 1" in capsys.readouterr().err
    assert in_process.calls == []


def test_diff_shows_whom_a_change_moves(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two folders of reports, one table."""
    run(monkeypatch, "class", "submissions", "--isolation", "none", "--out", "old")
    in_process.answers["bob"] = graded("bob", crop=FAILED, why="crop starts at 18")
    run(monkeypatch, "class", "submissions", "--isolation", "none", "--out", "new")
    capsys.readouterr()

    assert run(monkeypatch, "diff", "old", "new") == 0
    out = capsys.readouterr().out
    assert "1 of 2 submissions differ: 0 gain points, 1 lose points." in out
    assert "bob" in out and "-2" in out and "alice" not in out


def test_folders_that_share_nobody_are_not_compared(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everybody would be new, and everybody gone."""
    run(monkeypatch, "grade", "alice", "--out", "old")
    run(monkeypatch, "grade", "bob", "--out", "new")

    assert run(monkeypatch, "diff", "old", "new") == 2
    assert "share no submission" in capsys.readouterr().err


def test_who_is_held_back_is_counted_at_the_end(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Complete as it may be, its grade leaves for nobody."""
    Path("roster.csv").write_text("name,sid\nAlice,1\nAlice,2\nBob,3\n")
    run(monkeypatch, "class", "submissions", "--isolation", "none", "--roster", "roster.csv")

    assert capsys.readouterr().out.splitlines()[-2].startswith("1 is held back: it is not known whose")


def test_marks_of_a_submission_that_is_gone_are_said(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its folder has another name now, say: nothing is lost, and somebody should know."""
    with Store.open(Path("reports.marks.sqlite")) as kept:
        kept.append_all("ta", [Mark(name, "questions.question1", 1.0) for name in ("alice", "alicia")])
    run(monkeypatch, "class", "submissions", "--isolation", "none")

    assert "kept of submissions that are not here: alicia.\n" in capsys.readouterr().err


def test_everybody_with_a_cause_is_graded_again(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody else."""
    in_process.answers["bob"] = graded("bob", crop=FAILED, why="18")
    words = ("class", "submissions", "--isolation", "none")
    run(monkeypatch, *words)
    in_process.calls.clear()
    run(monkeypatch, *words, "--cause", "made.up")

    assert [name for name, _ in in_process.calls] == ["bob"]
    assert run(monkeypatch, *words, "--cause", "x", "--changed") == 2


def test_a_class_is_graded_marked_and_released(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way, as it is typed; an incomplete class ends in 1 and nothing leaves."""
    words = ("class", "submissions", "--isolation", "none")
    release = ("release", "reports", "--to", "out", "--assignment", "A3 (7)", "--for", "all")
    run(monkeypatch, *words)
    assert run(monkeypatch, *release) == 1
    assert not Path("out").exists()

    assert run(monkeypatch, "marks", "export", "reports", "m.csv") == 0
    table = Path("m.csv").read_text(encoding="utf-8-sig")
    Path("m.csv").write_text(table.replace("question1,,", "question1,9,"))
    assert run(monkeypatch, "marks", "import", "reports", "m.csv") == 0
    assert run(monkeypatch, *words) == 0
    assert run(monkeypatch, *release) == 0
    assert "A3 (7)" in Path("out/canvas.csv").read_text()
    assert Path("out/students/alice/report.html").exists()
    assert len(in_process.calls) == 2


def test_a_mistake_of_the_grader_elsewhere_is_no_traceback_either(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last resort: a message, a log, exit code 1."""
    monkeypatch.setattr(batch, "collect", lambda *args: 1 / 0)

    assert run(monkeypatch, "class", "submissions", "--isolation", "none") == 1
    err = capsys.readouterr().err
    assert "The grader itself failed (ZeroDivisionError: division by zero). Details: " in err
    assert "ZeroDivisionError" in Path(err.split("Details: ")[1].strip()).read_text()


def test_every_other_report_can_be_asked_for() -> None:
    """What --also knows is what there is, but for the two that are always written."""
    assert {report.value for report in Report} | set(REPORTS) == set(RENDERERS)
    assert set(get_args(get_args(words.Audience)[0])) == set(AUDIENCES)


@pytest.mark.parametrize("out", ["taken", "taken/below", "link"])
def test_a_file_in_the_place_of_a_folder_is_told_at_once(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is graded."""
    (tmp_path / "taken").write_text("")
    (tmp_path / "link").symlink_to("nowhere/at/all")
    monkeypatch.setattr(sys, "argv", ["grader", "grade", "alice", "--out", str(tmp_path / out)])
    with pytest.raises(SystemExit) as end:
        app.main()

    assert end.value.code == 2
    assert "is a file, reports need a folder" in capsys.readouterr().err


def test_a_folder_that_takes_no_files_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """/proc is one even for root; nothing is graded in vain."""
    with pytest.raises(CallError, match=r"Reports can't be written to /proc/reports \(No such file"):
        words.folder(Path("/proc/reports"))


def test_a_full_disk_is_no_mistake_of_the_grader(
    in_process: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "reports/index.html")

    monkeypatch.setattr(batch, "collect", full)

    assert run(monkeypatch, "class", "submissions", "--isolation", "none") == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == "No space left on device: reports/index.html. What was written before is kept."


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the shell leaves it alone, and of a user who is not there."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert words.folder(Path("~/graded")) == tmp_path / "graded"
    assert words.home(Path("~")) == tmp_path
    assert words.home(None) is None
    with pytest.raises(CallError, match="no home folder for ~nobody-at-all"):
        words.home(Path("~nobody-at-all/x"))


def test_a_class_is_not_graded_as_one_submission(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All but one would be lost; the word for it is told."""
    for name in ("a.zip", "b.zip"):
        Path(name).touch()

    assert run(monkeypatch, "grade", ".") == 2
    assert "grade it with `class .`" in capsys.readouterr().err
    assert fake.calls == []
