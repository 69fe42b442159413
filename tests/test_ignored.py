"""What is of a class, students' work, marks and grades, gets into no commit and no image by accident."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OF_A_CLASS = (
    "submissions/dora.zip",
    "submissions/dora/assignment3.ipynb",
    "reports/dora/report.html",
    "reports.marks.sqlite",
    "reports.marks.sqlite-wal",
    "graded/gradebook.csv",
    "graded.marks.sqlite",
    "reports-released/canvas.csv",
    "released/students/dora.zip",
)


@pytest.mark.parametrize("path", OF_A_CLASS)
def test_what_is_of_a_class_is_left_out(path: str) -> None:
    """By the folders that the documents name, and what stands beside them."""
    patterns = (ROOT / ".dockerignore").read_text().split()
    assert any(fnmatch(path.partition("/")[0], one.removeprefix("**/")) for one in patterns)
    if (ROOT / ".git").exists():
        command = ["git", "check-ignore", "--quiet", "--no-index", path]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_nothing_of_the_project_is_left_out() -> None:
    """No pattern meets a file of ours."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout == ""
