"""Measures one cold grading beside the least work that answers the same: `python -m tools.bench_cold`.

The two are run in turn, each in a process of its own, and processor time is that of all the processes that
either started: where a machine does other work meanwhile, that says more than seconds do.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from grader.clock import Spent

ROOT = Path(__file__).resolve().parents[1]
PR_SET_CHILD_SUBREAPER = 36
PARTS = ("fcn32s", "fcn8s", "cam")
REST = "start, imports, sandbox, reports"
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # as make sets it
ENVIRONMENT = {**os.environ, **LARGE_PAGES}

Stages = Mapping[str, Spent]


def bench(
    repeats: Annotated[int, typer.Option(help="Gradings, and as many floors.")] = 3,
    student: Annotated[str, typer.Option(help="Whom to grade.")] = "alice",
) -> None:
    """Print a table in Markdown: medians by stage, and ratios."""
    runs = [(floor(), grading(student)) for _ in range(repeats)]
    print(*told(*([run[which] for run in runs] for which in (0, 1))), sep="\n")


def told(floors: Sequence[Stages], gradings: Sequence[Stages]) -> list[str]:
    """The table of medians."""
    lines = [
        "| stage | grading, s | of a processor | floor, s | of a processor | ratio | of a processor |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for stage in gradings[0]:
        sides = [middle([run[stage] for run in side]) for side in (gradings, floors)]
        ratios = [_ratio(sides[0].wall, sides[1].wall), _ratio(sides[0].cpu, sides[1].cpu)]
        cells = [f"{value:.2f}" for one in sides for value in (one.wall, one.cpu)]
        lines.append(f"| {' | '.join([stage, *cells, *ratios])} |")
    return lines


def middle(spent: Sequence[Spent]) -> Spent:
    """The medians of both times."""
    return Spent(median(one.wall for one in spent), median(one.cpu for one in spent))


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs > 0 else ""


def floor() -> Stages:
    """Do the least work once."""
    whole, out = measured("tools.floor")
    spent = {stage: Spent(**one) for stage, one in json.loads(out).items()}
    return staged(spent, whole)


def grading(student: str) -> Stages:
    """Grade somebody once, without training."""
    with TemporaryDirectory() as out:
        whole, _ = measured("grader", "grade", student, "--training", "none", "--out", out)
        report = json.loads(next(Path(out).glob("*/report.json")).read_text(encoding="utf-8"))
    of = report["provenance"]
    spent = {
        stage: Spent(of["timings"][stage], of["cpu"][stage] + of["worker"][stage]) for stage in of["cpu"]
    }
    return staged(spent, whole)


def staged(spent: Stages, whole: Spent) -> Stages:
    """What can be compared: the parts, what is left of the whole, and the whole."""
    parts = {part: spent[part] for part in PARTS}
    return {REST: whole - sum(parts.values(), Spent()), **parts, "the whole": whole}


def measured(*words: str) -> tuple[Spent, str]:
    """Run one of our modules; return what it took with all that it started, and what it printed."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what it leaves behind is counted, too
    begun, before = time.monotonic(), _children()
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    wall = time.monotonic() - begun
    if done.returncode == 2 or (done.returncode and words[0] != "grader"):
        sys.exit(done.stderr)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return Spent(wall, _children() - before), done.stdout


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    typer.run(bench)
