"""Measures one cold grading beside the least work that answers the same, by turns; `make bench` prints it.

Each runs in a process of its own. Processor time is that of this process until it ends, and what the report
says of the worker's: where a machine does other work meanwhile, it says more than seconds do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from grader.clock import Spent

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("fcn32s", "fcn8s", "cam")
REST, WHOLE = "start, imports, sandbox, reports", "the whole"
# Large pages as make sets them; a thread that waits sleeps, as in a grading; what Python compiled is kept.
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "OMP_WAIT_POLICY": "PASSIVE"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
TELLING = """
import atexit, runpy, sys, time
atexit.register(lambda: print(time.process_time(), file=sys.stderr))
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""

Stages = Mapping[str, Spent]


def turns(repeats: int, student: str = "alice") -> tuple[list[Stages], list[Stages]]:
    """The least work and a grading, one after the other, so many times."""
    pairs = [(floor(), grading(student)) for _ in range(repeats)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def told(floors: Sequence[Stages], gradings: Sequence[Stages]) -> list[str]:
    """A table of medians and their ratios, in Markdown."""
    lines = [
        "| stage | grading, s | of a processor | floor, s | of a processor | ratio | of a processor |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for stage in gradings[0]:
        ours, least = (middle(side, stage) for side in (gradings, floors))
        cells = [f"{value:.2f}" for one in (ours, least) for value in (one.wall, one.cpu)]
        ratios = [_ratio(ours.wall, least.wall), _ratio(ours.cpu, least.cpu)]
        lines.append(f"| {' | '.join([stage, *cells, *ratios])} |")
    return lines


def middle(runs: Sequence[Stages], stage: str = WHOLE) -> Spent:
    """The medians of both times of a stage."""
    return Spent(median(run[stage].wall for run in runs), median(run[stage].cpu for run in runs))


def _ratio(ours: float, least: float) -> str:
    return f"{ours / least:.2f}" if least > 0 else ""


def floor() -> Stages:
    """Do the least work once."""
    whole, out = measured("tools.floor")
    return staged({stage: Spent(**one) for stage, one in json.loads(out).items()}, whole)


def grading(student: str) -> Stages:
    """Grade somebody once, without training."""
    with TemporaryDirectory() as out:
        whole, _ = measured("grader", "grade", student, "--training", "none", "--out", out)
        (spent,) = reported(Path(out))
    return staged(spent, whole + Spent(cpu=sum(one.worker for one in spent.values())))


def reported(out: Path) -> Iterable[Stages]:
    """What each report of a folder says of its stages, the worker's processor time added."""
    for path in sorted(out.glob("*/report.json")):
        yield _stages(json.loads(path.read_text(encoding="utf-8"))["provenance"])


def _stages(of: Mapping[str, Any]) -> Stages:
    rows = ((stage, of["cpu"][stage], of["worker"][stage]) for stage in of["cpu"])
    return {stage: Spent(of["timings"][stage], here + there, there) for stage, here, there in rows}


def staged(spent: Stages, whole: Spent) -> Stages:
    """What can be compared: what is left of the whole, the parts, and the whole."""
    parts = {part: spent[part] for part in PARTS}
    return {REST: whole - sum(parts.values(), Spent()), **parts, WHOLE: whole}


def measured(*words: str) -> tuple[Spent, str]:
    """Run a module; return what it took, and what it printed."""
    begun = time.monotonic()
    command = [sys.executable, "-c", TELLING, *words]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode not in (0, 1) or (done.returncode and words[0] != "grader"):
        sys.exit(done.stderr)
    return Spent(time.monotonic() - begun, float(done.stderr.split()[-1])), done.stdout
