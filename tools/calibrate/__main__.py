"""Trains right and weak models to set the thresholds of a plan: `make calibrate PLAN=smoke`.

Every run is kept in build/calibrate as it ends: a calibration that was stopped goes on where it was, and the
files can be carried to where the tables are written (`make calibrate ARGS="--from FOLDER"`).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from grader import __version__
from grader.sandbox.ladder import RUNGS
from grader.training import bands, plans
from grader.training.plans import Plan
from reference import download
from tools.calibrate import logs, recorded, scratch
from tools.calibrate.models import NETWORKS, RIGHT, models
from tools.calibrate.runs import Setup, Task, work
from tools.calibrate.table import markdown, summary

WORK = Path("build/calibrate")
SEED = 20_261  # of the first run; a submission's runs have seeds of their own
FEWEST = 8  # seeds of a right model


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make calibrate")
    parser.add_argument("plan", choices=sorted(plans.load()))
    parser.add_argument("--seeds", type=int, default=12, help=f"of right models, at least {FEWEST}")
    parser.add_argument("--weak-seeds", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--isolation", default="auto", choices=("auto", *RUNGS))
    parser.add_argument("--jobs", type=int, default=1, help="models trained at once")
    parser.add_argument("--work", type=Path, default=WORK, help="where finished runs are kept")
    parser.add_argument(
        "--from", dest="carried", type=Path, metavar="FOLDER", help="write tables of kept runs"
    )
    parser.add_argument("--steps", type=int, help="cut an epoch to so many, to rehearse: no table is written")
    parser.add_argument(
        "--epochs", type=int, help="another number, to see when it learns: no table is written"
    )
    parser.add_argument("--only", choices=sorted(NETWORKS), help="one network: no table is written")
    parser.add_argument("--recorded", action="store_true", help="from recorded runs of the course's recipe")
    parser.add_argument(
        "--scratch", nargs="?", const=download.cache(), type=Path, metavar="DATA", help="FCN-32s from zero"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Calibrate a plan, write its table."""
    parser = _parser()
    options = parser.parse_args(arguments)
    bands.FOLDER.mkdir(exist_ok=True)
    if options.scratch:
        return from_scratch(options.scratch, options.seeds, options.work)
    if options.carried:
        return bring(options.carried)
    plan = plans.load()[options.plan]
    if options.steps:
        plan = replace(plan, train=options.steps, validation=1, test=1, epochs=1)
    if options.epochs:
        plan = replace(plan, epochs=options.epochs)
    if options.recorded:
        if options.plan != recorded.PLAN:
            parser.error(f"only the plan {recorded.PLAN} has recorded runs")
        keep(plan, recorded.summary(plan, bands.MODEL))
        return 0
    tried = options.steps or options.epochs or options.only or options.seeds < FEWEST
    setup = Setup(
        plan, options.device, options.isolation, options.work / f"{plan.name}-{options.device}.jsonl"
    )
    measure(setup, options.seeds, options.weak_seeds, options.jobs, options.only or "")
    return 0 if tried or write(plan, setup.log) else 1


def from_scratch(data: Path, seeds: int, work: Path) -> int:
    """Write what runs from scratch come to on the real data; 1 where it isn't there."""
    if not download.complete(data):
        print(f"{data} does not hold the CMP Facade DB: make data", file=sys.stderr)
        return 1
    labels = scratch.read(data)
    rows = scratch.measure(labels, [SEED + n for n in range(seeds)], work / "scratch.jsonl")
    table = scratch.table(rows, labels, source("cpu"))
    (bands.FOLDER / "scratch.json").write_text(json.dumps(table, indent=1) + "\n")
    (bands.FOLDER / "scratch.md").write_text(scratch.markdown(table))
    print(scratch.markdown(table))
    return 0


def bring(folder: Path) -> int:
    """Write the table of every plan that kept runs were carried here of; 1 if there is none."""
    found = {path: plans.load().get(logs.read(path).plan.get("name", "")) for path in folder.glob("*.jsonl")}
    written = [write(plan, path) for path, plan in sorted(found.items()) if plan]
    return 0 if any(written) else 1


def write(plan: Plan, path: Path) -> bool:
    """Write a plan's calibration where the grader reads it, if there are enough runs of it as it is now."""
    log = logs.read(path)
    rights = [sum((row["network"], row["kind"]) == (name, RIGHT) for row in log.rows) for name in NETWORKS]
    if log.plan != asdict(plan) or min(rights) < FEWEST:
        why = "is of another plan of that name" if log.plan != asdict(plan) else f"has too few runs: {rights}"
        print(f"{path} {why}", file=sys.stderr)
        return False
    table = summary(plan, list(log.rows), log.source)
    keep(plan, table)
    (bands.FOLDER / f"{plan.name}.md").write_text(markdown(table))
    print(markdown(table))
    return True


def keep(plan: Plan, table: dict[str, Any]) -> None:
    """Write a plan's calibration where the grader reads it."""
    (bands.FOLDER / f"{plan.name}.json").write_text(json.dumps(table, indent=1) + "\n")


def measure(setup: Setup, seeds: int, weak_seeds: int, jobs: int, only: str = "") -> None:
    """Make every run that an earlier call has not made, right models first, of one network or of both."""
    known = logs.open_for(setup.log, setup.plan, source(setup.device))
    done = {(row["network"], row["kind"], row["seed"]) for row in known.rows}
    left = []
    for network, kind, _ in models():
        if network != (only or network):
            continue
        wanted = [SEED + n for n in range(seeds if kind == RIGHT else weak_seeds)]
        missing = [seed for seed in wanted if (network, kind, seed) not in done]
        left += [Task(network, kind, part) for part in shares(missing, jobs)]
    if jobs == 1:
        for task in left:
            work(setup, task)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for _ in pool.map(partial(work, setup), left):
            pass


def shares(seeds: Sequence[int], jobs: int) -> list[tuple[int, ...]]:
    """Divide seeds among jobs, as evenly as can be; nothing for nobody."""
    return [tuple(seeds[start::jobs]) for start in range(jobs) if seeds[start::jobs]]


def source(device: str) -> str:
    """Where and with what the runs were made."""
    name = torch.cuda.get_device_name() if device == "cuda" else _processor()
    return (
        f"`make calibrate`, {name}, {torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"Python {platform.python_version()}, grader {__version__}"
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
        return next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
