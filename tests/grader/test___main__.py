"""The command line starts from any folder, and imports nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.__main__ import HOME, searched

TAKEN = ("rich", "typer", "numpy", "torch", "pytest", "json", "yaml", "jinja2")
PYTHON = (sys.executable, "-m", "grader")
LAUNCHER = (f"{HOME}/bin/grader",)


@pytest.fixture
def shadows(tmp_path: Path) -> Path:
    """A folder with files that are named as modules are."""
    for name in TAKEN:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} of the caller was imported')")
    return tmp_path


@pytest.mark.parametrize(
    ("before", "command"),
    [(os.pathsep, "--help"), pytest.param(f".{os.pathsep}", "doctor", marks=pytest.mark.slow)],
)
def test_a_file_of_the_working_folder_is_no_module(shadows: Path, before: str, command: str) -> None:
    """Also where PYTHONPATH names the checkout, and the working folder with it, as nothing or as a dot."""
    environment = {**os.environ, "PYTHONPATH": f"{before}{HOME}"}
    done = subprocess.run([*PYTHON, command], cwd=shadows, env=environment, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert "grader" in done.stdout


def test_the_usage_names_the_command_that_reports_name() -> None:
    """However it was started."""
    done = subprocess.run([*PYTHON, "grade", "--help"], cwd=HOME, capture_output=True, text=True)

    assert "Usage: bin/grader grade" in done.stdout


def test_the_launcher_needs_no_variable(shadows: Path) -> None:
    """`bin/grader` is the same command, from anywhere; a link to it is one too."""
    link = shadows / "grader-link"
    link.symlink_to(LAUNCHER[0])
    done = subprocess.run([link, "--version"], cwd=shadows, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_processes_below_look_in_the_same_places() -> None:
    """The checkout comes first, the working folder goes, Python's own folders stay wherever one stands."""
    assert searched(["", "/work", "/lib"], os.path.realpath("")) == [HOME, "/work", "/lib"]
    assert searched([sys.prefix], os.path.realpath(sys.prefix)) == [HOME, sys.prefix]
