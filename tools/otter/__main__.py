"""Measures a cold grading beside otter-grader's, by turns; nothing else should run meanwhile.

otter-grader is installed into build/otter, which sees this environment's PyTorch: both run the same one.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from grader.clock import Spent
from grader.paths import ROOT
from tools import beside
from tools.otter.questions import questions, write

HOME = ROOT / "build" / "otter"
PYTHON, OTTER = HOME / "bin" / "python", HOME / "bin" / "otter"
KERNEL = HOME / "share" / "jupyter" / "kernels" / "python3"  # what is made last
WANTED = "otter-grader==7.0.0"


def main(
    repeats: Annotated[int, typer.Option(help="Gradings of either.")] = 3,
) -> None:
    """Print the medians of both in seconds and processor time, and their ratio."""
    install()
    with TemporaryDirectory() as scratch:
        pack = packed(Path(scratch))
        pairs = [(beside.grading("alice")[beside.WHOLE], graded(*pack)) for _ in range(repeats)]
    print(told([ours for ours, _ in pairs], [theirs for _, theirs in pairs]))


def install() -> None:
    """Make the environment, once."""
    if KERNEL.exists():
        return
    print(f"Installing {WANTED} into {HOME}.", file=sys.stderr)
    venv.create(HOME, with_pip=True, clear=True)
    (site,) = HOME.glob("lib/python*/site-packages")
    (site / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
    _run(PYTHON, "-m", "pip", "install", "--quiet", WANTED, "ipykernel")
    _run(PYTHON, "-m", "ipykernel", "install", "--sys-prefix")


def packed(folder: Path) -> tuple[Path, Path]:
    """Write what otter takes: the submission and its own archive of questions."""
    notebook, tests = write(folder)
    (folder / "files").mkdir()
    labels = ROOT / "reference" / "kit" / "files" / "imagenet-simple-labels.json"
    (folder / "files" / labels.name).write_bytes(labels.read_bytes())
    archive = folder / "autograder.zip"
    _run(OTTER, "generate", "-t", tests, "-o", archive, "--no-environment", "files", cwd=folder)
    return notebook, archive


def graded(notebook: Path, archive: Path) -> Spent:
    """Grade by otter once; exits where it did not give every point."""
    begun, before = time.monotonic(), _children()
    _run(OTTER, "run", "--no-logo", "-a", archive, "-o", notebook.parent, notebook, cwd=notebook.parent)
    spent = Spent(time.monotonic() - begun, _children() - before)
    results = json.loads((notebook.parent / "results.json").read_text(encoding="utf-8"))
    earned = sum(test.get("score", 0) for test in results["tests"])
    if earned != len(questions()):
        sys.exit(f"otter gave {earned} of {len(questions())} points: {json.dumps(results, indent=1)}")
    return spent


def told(ours: list[Spent], theirs: list[Spent]) -> str:
    """Both medians and their ratio, a line in Markdown."""
    here, there = (
        Spent(median(run.wall for run in runs), median(run.cpu for run in runs)) for runs in (ours, theirs)
    )
    return (
        f"A cold grading {here.wall:.1f} s ({here.cpu:.1f} s of a processor), otter-grader {there.wall:.1f} s"
        f" ({there.cpu:.1f} s) for {len(questions())} questions: {here.wall / there.wall:.2f} of its time"
        f" ({here.cpu / there.cpu:.2f})."
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(*words: str | Path, cwd: Path = ROOT) -> None:
    done = subprocess.run(words, cwd=cwd, env=beside.ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


if __name__ == "__main__":
    typer.run(main)
