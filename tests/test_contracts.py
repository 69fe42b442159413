"""The import contracts hold something: what they forbid fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.share import rows

ROOT = Path(__file__).resolve().parents[1]
LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose imports can be broken."""
    project = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", project)
    for package in ("grader", "reference"):
        shutil.copytree(ROOT / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    return project


def test_the_rooms_are_as_the_contracts_say(project: Path) -> None:
    """Every import goes one way."""
    assert "0 broken" in lint(project).stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "source", "contract"),
    rows(
        3,
        [
            ("grader/stray.py", "", "Imports of grader go one way BROKEN"),
            ("grader/records/grade.py", "import grader.errors", "Imports of grader go one way BROKEN"),
            ("grader/worker/console.py", "import grader.rubric", "Imports of grader go one way BROKEN"),
            ("grader/commands/app.py", "import grader.worker", "Nothing imports the worker"),
            ("grader/worker/console.py", "import reference.fcn", "The worker knows no answers"),
            ("grader/reports/words.py", "import torch", "Reports import no torch"),
            ("reference/cam.py", "import grader.records", "The reference stands alone"),
        ],
    ),
)
def test_what_is_forbidden_fails(project: Path, module: str, source: str, contract: str) -> None:
    """A module without a room, an import upwards, and each wall."""
    path = project / module
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{source}\n")
    try:
        done = lint(project)
    finally:
        path.write_text(before) if before is not None else path.unlink()

    assert done.returncode == 1
    broken = " ".join(line for line in done.stdout.splitlines() if "BROKEN" in line)
    assert contract.removesuffix(" BROKEN") in broken
