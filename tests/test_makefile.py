"""make alone sets everything up, once, with whatever Python will do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("sh", "make", "rm", "touch", "awk", "mkdir", "cp", "chmod", "echo", "cat")

# Stands for a Python: -c tells whether it is new enough, -m venv makes one whose Python tells its words.
PYTHON = """#!/bin/sh
case "$1 $2" in
  -c*) exit {old} ;;
  --version*) echo Python {name} ;;
  "-m venv") [ ! -L "$3" ] && mkdir -p "$3/bin" && cp {inner} "$3/bin/python" && chmod +x "$3/bin/python" ;;
esac
"""
INNER = """#!/bin/sh
case "$1" in
  tools/install.py) echo installing; exit $(cat {pip}) ;;
  *) for word in "$@"; do echo "<$word>"; done; exit $(cat {grader}) ;;
esac
"""


class Project:
    """A checkout with the Makefile alone, on a machine with made-up Pythons."""

    def __init__(self, tmp_path: Path) -> None:
        self.root, self.bin = tmp_path / "project", tmp_path / "bin"
        self.pip, self.grader = tmp_path / "pip", tmp_path / "grader"
        self.inner = tmp_path / "inner"
        self.root.mkdir()
        self.bin.mkdir()
        self.pip.write_text("0")
        self.grader.write_text("0")
        self.inner.write_text(INNER.format(pip=self.pip, grader=self.grader))
        for name in ("Makefile", "pyproject.toml", "tools/install.py", "lock/packages.txt"):
            (self.root / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, tool
            (self.bin / tool).symlink_to(found)

    def add_python(self, name: str, old: bool = False) -> None:
        path = self.bin / name
        path.write_text(PYTHON.format(old=int(old), name=name, inner=self.inner))
        path.chmod(0o755)

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "HOME": os.environ.get("HOME", "/")}
        return subprocess.run(
            ["make", *words], cwd=self.root, env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_make_alone_explains_itself(project: Project) -> None:
    """Without installing anything."""
    done = project.make()

    assert done.returncode == 0
    assert "make grade" in done.stdout and "make test" in done.stdout
    assert not (project.root / ".venv").exists()


def test_every_target_has_its_line_of_help(project: Project) -> None:
    """A target that nobody is told of is not there."""
    (phony,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY")]

    for target in phony.removeprefix(".PHONY:").split():
        assert f"make {target} " in project.make().stdout


@pytest.mark.parametrize("changed", ["pyproject.toml", "tools/install.py", "lock/packages.txt"])
def test_the_first_command_installs_and_the_second_does_not(project: Project, changed: str) -> None:
    """Until what it installs from is newer."""
    project.add_python("python3.11")
    assert "installing" in project.make("grade").stdout
    assert "installing" not in project.make("grade").stdout

    later = (project.root / ".venv" / "installed").stat().st_mtime + 10
    os.utime(project.root / changed, (later, later))
    assert "installing" in project.make("grade").stdout


def test_an_interrupted_install_does_not_count(project: Project) -> None:
    """The next command installs again."""
    project.add_python("python3.11")
    project.pip.write_text("1")
    assert project.make("grade").returncode != 0

    project.pip.write_text("0")
    assert "installing" in project.make("grade").stdout


def test_an_environment_that_is_a_link_is_set_up_where_it_lies(project: Project, tmp_path: Path) -> None:
    """As checkouts share one; venv itself refuses a link."""
    project.add_python("python3")
    (tmp_path / "shared").mkdir()
    (project.root / ".venv").symlink_to(tmp_path / "shared")
    done = project.make("grade")

    assert done.returncode == 0
    assert "installing" in done.stdout
    assert (tmp_path / "shared" / "installed").exists()


def test_what_is_installed_stays_so_where_it_cannot_be_set_up_again(project: Project) -> None:
    """A file that is newer is no reason to lose what worked, once it is as old as it was."""
    project.add_python("python3")
    assert "installing" in project.make("grade").stdout
    stamp, changed = project.root / ".venv" / "installed", project.root / "pyproject.toml"
    before = changed.stat().st_mtime
    (project.bin / "python3").unlink()

    os.utime(changed, (stamp.stat().st_mtime + 10,) * 2)
    assert project.make("grade").returncode != 0

    os.utime(changed, (before, before))
    assert project.make("grade").returncode == 0


def test_a_python_that_is_too_old_or_broken_is_passed_over(project: Project) -> None:
    """Also one that exists by name only."""
    project.add_python("python3.12", old=True)
    project.add_python("python3.13", old=True)
    project.add_python("python3")
    done = project.make("grade")

    assert done.returncode == 0
    assert "Setting up .venv with Python python3, once:" in done.stderr


def test_without_python_it_says_what_to_install(project: Project) -> None:
    """Instead of a shell's error."""
    project.add_python("python3", old=True)
    done = project.make("test")

    assert done.returncode != 0
    assert "No Python 3.11 or newer" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_words_reach_the_grader_as_they_were_typed(project: Project) -> None:
    """Blanks, quotes and dollars in a name are part of it."""
    project.add_python("python3")
    name = """a 'b" $(x)$(shell touch made)$$y${z}`id`#:=\\; -c"""
    done = project.make("grade", f"STUDENT={name}", "TRAINING=none", "SEED=7", "OUT=my $(reports)")

    said = [line[1:-1] for line in done.stdout.splitlines() if line.startswith("<")]
    assert said == [
        *("-m", "grader", "grade", "--out", "my $(reports)", "--training", "none", "--seed", "7", "--"),
        name,
    ]
    assert not list(project.root.rglob("made"))


def test_a_class_gets_its_options(project: Project) -> None:
    """The samples unless told otherwise."""
    project.add_python("python3")
    said = project.make("class", "JOBS=2").stdout.split()

    assert said[-5:] == ["<class>", "<--jobs>", "<2>", "<-->", "<submissions>"]


@pytest.mark.parametrize("code", ["1", "2"])
def test_a_grading_that_ends_badly_is_no_success(project: Project, code: str) -> None:
    """make says so too."""
    project.add_python("python3")
    project.grader.write_text(code)
    done = project.make("grade")

    assert done.returncode != 0
    assert f"Error {code}" in done.stderr


MODULES = sorted(set(re.findall(r"\$\(PY\) -m (\S+)", (ROOT / "Makefile").read_text())))


def test_every_module_that_a_target_runs_is_there() -> None:
    """A target that was forgotten would fail for whoever types it first."""
    assert [module for module in MODULES if find_spec(module) is None] == []


@pytest.mark.slow
@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(("tools.", "fixtures."))])
def test_whoever_asks_a_tool_for_help_gets_no_more(module: str, tmp_path: Path) -> None:
    """Its options are told, and nothing is done."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)

    assert (done.returncode, done.stderr) == (0, "")
    assert "usage:" in done.stdout.lower()
    assert list(tmp_path.iterdir()) == []


def test_a_commit_is_held_against_all_that_make_check_runs() -> None:
    """`pre-commit install` is said to have it run."""
    program = re.compile(r"(?:-m |\.venv/bin/(?!python))([\w-]+)")
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    hooks = re.findall(r"entry: (.*)", (ROOT / ".pre-commit-config.yaml").read_text())

    assert recipe is not None
    assert set(program.findall(recipe[1])) == {name for hook in hooks for name in program.findall(hook)}
