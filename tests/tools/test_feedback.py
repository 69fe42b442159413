"""The students' action reads a submission without anything that could answer for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.notebook import base, to_ipynb
from grader import profiles
from grader.errors import CallError
from tools.feedback import years
from tools.feedback.__main__ import main, write

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"reference", "checks", "diagnosis", "network", "training"}  # that hold answers


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "feedback"
    write(out)
    return out


def feedback(action: Path, submission: Path) -> tuple[int, str, str]:
    """Exit code, log and summary of the action's script, in a Python that finds nothing else of ours."""
    summary = submission.parent / "summary.md"
    environment = {**os.environ, "SUBMISSION": str(submission), "GITHUB_STEP_SUMMARY": str(summary)}
    command = [sys.executable, "-P", str(action / "feedback.py")]
    done = subprocess.run(command, cwd=submission.parent, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout, summary.read_text()


def test_it_holds_no_answer(action: Path) -> None:
    """Of the grader only what reads; nothing of the reference, the checks, the points."""
    files = [path.relative_to(action) for path in action.rglob("*") if path.is_file()]

    assert not [path for path in files if ROOMS & set(path.parent.parts) or path.stem == "rubric"]
    assert not [path for path in files if b"import reference" in (action / path).read_bytes()]
    assert {path.parts[0] for path in files} == {
        *("action.yml", "feedback.py", "README.md", "LICENSE", "lock", "grader")
    }


def test_it_is_made_anew_in_its_own_repository_and_nowhere_else(tmp_path: Path) -> None:
    """The history stays, and so does whatever else somebody's folder holds."""
    for kept in (
        "action/.git/HEAD",
        "action/grader/old.py",
        "course/grader/thesis.py",
        "course/graded/a.html",
    ):
        (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / kept).touch()
    write(tmp_path / "action")
    with pytest.raises(CallError, match=r"graded/a\.html"):
        write(tmp_path / "course")

    assert (tmp_path / "action" / ".git" / "HEAD").exists() and (tmp_path / "action" / "action.yml").exists()
    assert not (tmp_path / "action" / "grader" / "old.py").exists()
    assert (tmp_path / "course" / "grader" / "thesis.py").exists()


def test_it_knows_what_each_course_year_asks(action: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same names and figures as the grader, of every profile, the default first."""
    monkeypatch.setattr(years, "YEARS", action / "grader" / "profiles" / "years.json")
    years._years.cache_clear()

    assert years.names() == profiles.names()
    for name in profiles.names():
        one, other = years.load(name), profiles.load(name)
        assert (one.graded, one.graded_by_part) == (other.graded, other.graded_by_part)
        assert (one.names, one.claims) == (other.names, other.claims)
        assert (one.questions, one.handed_in) == (other.questions, other.handed_in)


def test_a_right_submission_is_read(action: Path, tmp_path: Path) -> None:
    """All four names are found, and nothing is said against it."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "a.ipynb").write_text(to_ipynb(base()))
    code, log, summary = feedback(action, tmp_path / "work")

    assert (code, log) == (0, "")
    assert summary.count(": found") == 4


def test_what_would_not_be_graded_is_said(action: Path, tmp_path: Path) -> None:
    """A missing name, and a line that is no Python at its place in the file."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "net.py").write_text("class FCN32s:\n    pass\n\ndef returnCAM(:\n")
    code, log, summary = feedback(action, tmp_path / "work")

    assert code == 1
    assert "FCN32s: found" in summary and "FCN8s: **not found**" in summary
    assert "::error title=FCN8s is not found::" in log
    assert f"::warning file={tmp_path}/work/net.py,line=4,title=Left out::" in log


def test_a_students_words_are_no_markup_and_no_command(action: Path, tmp_path: Path) -> None:
    """Whatever a file is called."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "<b>[x](y).py").write_text("x = (\n")
    _, log, summary = feedback(action, tmp_path / "work")

    assert "<b>" not in summary and "](" not in summary
    assert all(line.startswith(("::error title=", "::warning file=")) for line in log.splitlines())


def test_an_option_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever asks for help gets it, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["--help"])

    assert "usage: python -m tools.feedback" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
