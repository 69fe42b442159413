"""Words become calls, calls become exit codes; what people see is on the right stream."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from grader import cli, finding
from grader.errors import IsolationError
from grader.records import Grade, Outcome, Progress, Provenance, ScoredCheck, Submission

ROOT = Path(__file__).resolve().parents[2]


def a_grade(score: float = 75.0, *outcomes: Outcome) -> Grade:
    checks = tuple(
        ScoredCheck(f"fcn32s.c{n}", "fcn32s", "title", outcome, 0, 1) for n, outcome in enumerate(outcomes)
    )
    provenance = Provenance("s", "g", "r", 1, "t", "cpu", "bwrap", 1.0, {"trace": 0.25})
    return Grade("x", score, 100.0, 20.0, (), checks, (), Submission("x", "s"), (), provenance)


@dataclass(frozen=True)
class Options:
    training: str
    seed: int | None
    device: str
    isolation: str


class FakeGrader:
    """Stands for grading and reports: grades by the submission's name, writes one file."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Options]] = []
        self.answers: dict[str, Grade | BaseException] = {}

    def grade(self, path: Path, options: Options, progress: Callable[[Progress], None]) -> Grade:
        self.calls.append((path.name, options))
        progress(Progress("read", "cell 1\x1b[2J"))
        answer = self.answers.get(path.name, a_grade())
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def write_reports(self, grade: Grade, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text("{}")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeGrader:
    fake = FakeGrader()
    grading, reports = ModuleType("grader.grading"), ModuleType("grader.reports")
    vars(grading).update(grade=fake.grade, Options=Options)
    terminal = SimpleNamespace(show=lambda grade, console: console.print(f"score {grade.score}"))
    vars(reports).update(write_reports=fake.write_reports, terminal=terminal)
    for name, module in (("grading", grading), ("reports", reports)):
        monkeypatch.setitem(sys.modules, f"grader.{name}", module)
        monkeypatch.setattr(f"grader.{name}", module, raising=False)
    home = tmp_path / "submissions"
    for name in ("alice", "bob"):
        (home / name).mkdir(parents=True)
    monkeypatch.setattr(finding, "SUBMISSIONS", home)
    monkeypatch.chdir(tmp_path)
    return fake


@pytest.fixture(autouse=True)
def keep_sigterm() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["grader", *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_a_graded_submission_ends_in_0(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The result is on stdout, the progress on stderr, the report in OUT/<name>."""
    assert run(monkeypatch, "grade", "alice") == 0

    out, err = capsys.readouterr()
    assert "score 75.0" in out
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
    fake.answers["alice"] = a_grade(75, Outcome.PASSED, Outcome.ERROR)

    assert run(monkeypatch, "grade", "alice", "bob") == 1
    assert [name for name, _ in fake.calls] == ["alice", "bob"]


@pytest.mark.parametrize(("score", "code"), [(40.0, 0), (39.9, 1)])
def test_fail_under_is_a_share_of_the_assessed_points(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, score: float, code: int
) -> None:
    """50 % of 100 points of which 20 are pending are 40."""
    fake.answers["alice"] = a_grade(score)

    assert run(monkeypatch, "grade", "alice", "--fail-under", "50") == code


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.BLOCKED, Outcome.PENDING])
def test_a_students_fault_is_no_reason_to_look(outcome: Outcome) -> None:
    """Only `error` is."""
    assert cli.exit_code(a_grade(0, outcome)) == 0


def test_a_crash_of_the_grader_costs_one_submission(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback on the screen, but in a log; an older report does not pass for this one; others go on."""
    run(monkeypatch, "grade", "alice")
    fake.answers["alice"] = KeyError("boom")

    assert run(monkeypatch, "grade", "alice", "bob") == 1

    err = capsys.readouterr().err
    assert "alice: not graded, for the grader itself failed (KeyError: 'boom')" in err
    assert "Traceback" not in err
    assert "Traceback" in Path("reports/alice", cli.ERROR_LOG).read_text()
    assert not Path("reports/alice/report.json").exists()
    assert Path("reports/bob/report.json").exists()


def test_no_isolation_is_a_refusal(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the call that asks for less isolation, not a fault of the submission."""
    fake.answers["alice"] = IsolationError("no isolation works here")

    assert run(monkeypatch, "grade", "alice") == 2
    assert "no isolation works here" in capsys.readouterr().err


def test_verbose_says_where_the_time_went(
    fake: FakeGrader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a stage, on stderr."""
    run(monkeypatch, "grade", "alice", "--verbose")

    assert "    0.25 s  trace" in capsys.readouterr().err


SLEEPER = """
import sys, time, types
sys.path.insert(0, {root!r})
grading = types.ModuleType("grader.grading")
def grade(path, options, progress):
    print("started", flush=True)
    time.sleep(60)
grading.grade, grading.Options = grade, dict
sys.modules["grader.grading"] = grading
import grader
grader.grading = grading
sys.argv = ["grader", "grade", {path!r}]
from grader.cli import main
main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_at_once(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """With the shell's own exit code and without a traceback."""
    script = SLEEPER.format(root=str(ROOT), path=str(tmp_path))
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

    _, err = child.communicate(timeout=10)
    assert child.returncode == code
    assert "Traceback" not in err


def test_help_needs_no_torch() -> None:
    """Start-up stays fast: nothing heavy is imported before it is needed."""
    code = "import sys, grader.cli; print(sorted({'torch', 'cv2', 'numpy', 'pytest'} & set(sys.modules)))"
    result: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert result.stdout == "[]\n"
