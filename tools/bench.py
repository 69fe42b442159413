"""Measures grading on this machine: `make bench`. One submission beside the least work, then made-up classes.

Prints two tables in Markdown. Nothing else should run meanwhile.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fixtures.class_of import right, students, write_class
from tools import beside

GRADE = (sys.executable, "-m", "grader")
CLASSES = {"all right": right, "two in three with mistakes": students}


def bench(
    counts: Annotated[list[int], typer.Option("--count", help="Sizes of the classes.")] = [10, 60],  # noqa: B006 - as typer wants
    jobs: Annotated[int, typer.Option(help="Submissions at once.")] = os.cpu_count() or 1,
    repeats: Annotated[int, typer.Option(help="Gradings of the one submission.")] = 3,
) -> None:
    """Measure seconds and processor time of `--training none`."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {jobs} at once\n"
    )
    floors, gradings = beside.turns(repeats)
    print(*beside.told(floors, gradings), "", sep="\n", flush=True)
    print("| what | seconds | a submission | of a processor | of the floor's |\n|---|--:|--:|--:|--:|")
    for row in _rows(counts, jobs, beside.middle(floors).cpu):
        print(row, flush=True)


def _rows(counts: list[int], jobs: int, floor: float) -> Iterator[str]:
    with TemporaryDirectory() as scratch:
        home = Path(scratch)
        for count, (kind, people) in product(counts, CLASSES.items()):
            folder, out = home / f"{kind} {count}", home / f"{kind} {count} graded"
            write_class(folder, people(count))
            words = (str(folder), "--jobs", str(jobs), "--out", str(out))
            seconds = _seconds("class", *words)
            yield row(f"a class of {count}, {kind}", seconds, count, _processor(out), floor)
            yield row("... again, nothing changed", _seconds("class", *words), count)


def _seconds(command: str, *words: str) -> float:
    start = time.monotonic()
    command_line = [*GRADE, command, *words, "--training", "none"]
    done = subprocess.run(
        command_line, cwd=beside.ROOT, env=beside.ENVIRONMENT, capture_output=True, text=True
    )
    if done.returncode == 2:
        sys.exit(done.stderr)
    return time.monotonic() - start


def _processor(out: Path) -> float:
    """Processor time of a submission of a class, on both sides, by its report."""
    return mean(sum(one.cpu for one in stages.values()) for stages in beside.reported(out))


def row(what: str, seconds: float, count: int, processor: float = 0.0, floor: float = 0.0) -> str:
    """One line of the table of classes; `processor` and `floor` 0 where nothing is graded."""
    cells = [f"{processor:.2f}", f"{processor / floor:.2f}"] if floor else ["", ""]
    return f"| {' | '.join([what, f'{seconds:.1f}', f'{seconds / count:.2f}', *cells])} |"


if __name__ == "__main__":
    typer.run(bench)
