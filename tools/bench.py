"""Measures grading on this machine: `make bench`. One submission, then made-up classes of 10 and of 60.

Prints a table in Markdown, as it stands in README.md. Nothing else should run meanwhile.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fixtures.class_of import write_class

ROOT = Path(__file__).resolve().parents[1]
GRADE = (sys.executable, "-m", "grader")


def bench(
    counts: Annotated[list[int], typer.Option("--count", help="Sizes of the classes.")] = [10, 60],  # noqa: B006
    jobs: Annotated[int, typer.Option(help="Submissions at once.")] = os.cpu_count() or 1,
    repeats: Annotated[int, typer.Option(help="Gradings of the one submission.")] = 3,
) -> None:
    """Measure wall times of `--training none`."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {jobs} at once\n"
    )
    print("| what | seconds | a submission | submissions per minute and core |\n|---|--:|--:|--:|")
    for row in _rows(counts, jobs, repeats):
        print(row, flush=True)


def _rows(counts: list[int], jobs: int, repeats: int) -> Iterator[str]:
    with TemporaryDirectory() as scratch:
        home = Path(scratch)
        alone = median(_seconds("grade", "alice", "--out", str(home / f"alone{n}")) for n in range(repeats))
        yield _row("one submission, cold", alone, 1)
        for count in counts:
            write_class(home / f"class{count}", count)
            words = (str(home / f"class{count}"), "--jobs", str(jobs), "--out", str(home / f"out{count}"))
            yield _row(f"a class of {count}", _seconds("class", *words), count)
            yield _row("... again, nothing changed", _seconds("class", *words), count)


def _seconds(command: str, *words: str) -> float:
    start = time.monotonic()
    done = subprocess.run(
        [*GRADE, command, *words, "--training", "none"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode == 2:
        sys.exit(done.stderr)
    return time.monotonic() - start


def _row(what: str, seconds: float, count: int) -> str:
    per_minute = 60 * count / seconds / (os.cpu_count() or 1)
    return f"| {what} | {seconds:.1f} | {seconds / count:.2f} | {per_minute:.1f} |"


if __name__ == "__main__":
    typer.run(bench)
