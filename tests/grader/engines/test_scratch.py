"""No killed process leaves a student's files on a machine for long."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.engines import scratch

ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import os, sys, tempfile
tempfile.tempdir = sys.argv[1]
from grader.engines import scratch
with scratch.folder() as own:
    (own / "essay").write_text("mine")
    print(own, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_is_gone_afterwards() -> None:
    """With all in it; two at once are two."""
    with scratch.folder() as one, scratch.folder() as two:
        (one / "x").write_text("x")
        assert one != two and list(two.iterdir()) == []
        assert one.exists()
    assert not one.exists() and not two.exists()


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """By the next one; what is in use stays."""
    with scratch.folder() as mine:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
        )
        left = Path(done.stdout.strip())
        assert done.returncode == -9 and (left / "essay").exists()
        with scratch.folder():
            assert not left.parent.exists() and mine.exists()


MANY = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from grader.engines import scratch
for _ in range(100):
    with scratch.folder() as own:
        (own / "x").write_text("x")
"""


def test_several_processes_take_turns(tmp_path: Path) -> None:
    """None finds half of what another makes or removes."""
    command = [sys.executable, "-c", MANY, str(tmp_path)]
    runs = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]

    assert [(run.communicate()[1], run.returncode) for run in runs] == [("", 0)] * 3
