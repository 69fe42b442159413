"""The package works in Gradescope's layout, and leaves a valid result whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest

from grader import profiles
from tools.gradescope.__main__ import ROOT, build, write


@pytest.fixture
def autograder(tmp_path: Path) -> Path:
    """/autograder as Gradescope lays it out, with the package unpacked in source/."""
    root = tmp_path / "autograder"
    (root / "submission").mkdir(parents=True)
    build(tmp_path, "none", "student", "landlock", 60)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        for entry in archive.infolist():
            Path(archive.extract(entry, root / "source")).chmod(entry.external_attr >> 16)
    (root / "submission_metadata.json").write_text("{}")
    return root


def run(autograder: Path, python: Path, seconds: int = 30) -> dict[str, Any]:
    settings = autograder / "source" / "settings.env"
    settings.write_text(settings.read_text().replace("SECONDS_AT_MOST=60", f"SECONDS_AT_MOST={seconds}"))
    subprocess.run(
        [str(autograder / "source" / "run_autograder")],
        env={**os.environ, "AUTOGRADER_ROOT": str(autograder), "GRADER_PYTHON": str(python)},
        cwd=autograder,
        check=True,
        timeout=300,
        capture_output=True,
    )
    assert sorted(path.name for path in (autograder / "results").iterdir()) == ["results.json"]
    return dict(json.loads((autograder / "results" / "results.json").read_text()))


@pytest.mark.slow
def test_a_submission_is_graded(autograder: Path, python: Path) -> None:
    """With the settings of the package; every line is a test."""
    results = run(autograder, python)

    assert results["score"] == 0
    assert [test["max_score"] for test in results["tests"]] == [2, 3]
    assert "training='none'" in results["tests"][1]["output"]
    assert "isolation='landlock'" in results["tests"][1]["output"]


@pytest.mark.slow
def test_a_line_that_needs_a_person_is_graded_all_the_same(autograder: Path, python: Path) -> None:
    """The grader ends with 1 then; its result counts."""
    (autograder / "submission" / "behave").write_text("error")

    assert len(run(autograder, python)["tests"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "seconds", "words"),
    [("hang", 2, "did not end within 2 seconds"), ("crash", 30, "The grader itself failed")],
)
def test_a_failure_of_the_grader_is_said(
    autograder: Path, python: Path, how: str, seconds: int, words: str
) -> None:
    """It is no verdict, and can be told apart from one."""
    (autograder / "submission" / "behave").write_text(how)
    results = run(autograder, python, seconds)

    assert results["output"].startswith("NOT GRADED: ")
    assert words in results["output"]
    assert results["extra_data"] == {"graded": False}


@pytest.mark.slow
def test_an_older_result_does_not_stay(autograder: Path, python: Path) -> None:
    """Nor one that somebody put there."""
    (autograder / "results").mkdir()
    (autograder / "results" / "results.json").write_text('{"score": 100}')
    (autograder / "submission" / "behave").write_text("crash")

    assert run(autograder, python)["score"] == 0


def test_a_refusal_is_said(autograder: Path, tmp_path: Path) -> None:
    """As where no isolation works."""
    refuses = tmp_path / "refuses"
    refuses.write_text("#!/bin/sh\nexit 2\n")
    refuses.chmod(0o755)

    assert "refused to start" in run(autograder, refuses)["output"]


def test_the_package_holds_what_grading_needs_and_no_more(tmp_path: Path) -> None:
    """Sources and scripts that can be executed; no tests, no samples, nothing compiled."""
    write(tmp_path / "a.zip", "TRAINING=none\n")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}

    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {name.partition("/")[0] for name in modes} == {
        *("setup.sh", "run_autograder", "settings.env", "pyproject.toml", "lock", "tools"),
        *("grader", "reference"),
    }
    assert "grader/profiles/ece285.toml" in modes and "grader/reports/template.html" in modes
    assert [name for name in modes if name.startswith("tools/")] == ["tools/install.py"]
    assert "lock/torch.txt" in modes and "lock/opencv-headless.txt" in modes
    assert not [name for name in modes if "pycache" in name]


@pytest.mark.parametrize("training", ["none", "smoke"])
def test_it_says_which_number_to_type(
    training: Literal["none", "smoke"], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a perfect submission gets: nothing for answers, nor for a run that is not made."""
    build(tmp_path, training, "student", "auto", 540)
    lines = [line for line in profiles.load().rubric.lines if line.part != "questions"]
    points = sum(line.points for line in lines if training != "none" or ".training" not in line.id)

    assert f"Autograder points: {points:g}\n" in capsys.readouterr().out


def test_the_same_sources_make_the_same_package(tmp_path: Path) -> None:
    """So that two people can compare what they uploaded."""
    write(tmp_path / "a.zip", "x")
    write(tmp_path / "b.zip", "x")

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_scripts_parse() -> None:
    """bash finds no error in them."""
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(ROOT / "tools" / "gradescope" / script)], check=True)
