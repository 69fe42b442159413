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
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from fixtures.edits import Edit
from grader import __version__
from grader.evidence.case import Case
from grader.sandbox import isolation
from grader.sandbox.ladder import RUNGS
from grader.sandbox.student import Student
from grader.training import bands, plans, values
from grader.training.pictures import pictures
from grader.training.plans import Plan
from grader.training.run import Run, Setting, train
from grader.training.values import Values
from tools.calibrate import logs, recorded
from tools.calibrate.models import NETWORKS, RIGHT, models, submission
from tools.calibrate.table import Row, markdown, summary

WORK = Path("build/calibrate")
SEED = 20_261  # of the first run; a submission's runs have seeds of their own
FEWEST = 8  # seeds of a right model


@dataclass(frozen=True, slots=True)
class Task:
    """A model to train once a seed, in a sandbox of its own."""

    network: str
    kind: str
    edits: tuple[Edit, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """How a calibration is made: the plan, where the models run, what holds them, where runs are kept."""

    plan: Plan
    device: str
    rung: str
    log: Path


def main(arguments: list[str]) -> int:
    """Calibrate a plan, write its table."""
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
    parser.add_argument("--recorded", action="store_true", help="from recorded runs of the course's recipe")
    options = parser.parse_args(arguments)
    bands.FOLDER.mkdir(exist_ok=True)
    if options.carried:
        return bring(options.carried)
    plan = plans.load()[options.plan]
    if options.steps:
        plan = replace(plan, train=options.steps, validation=1, test=1, epochs=1)
    if options.recorded:
        if options.plan != recorded.PLAN:
            parser.error(f"only the plan {recorded.PLAN} has recorded runs")
        keep(plan, recorded.summary(plan, bands.MODEL))
        return 0
    setup = Setup(
        plan, options.device, options.isolation, options.work / f"{plan.name}-{options.device}.jsonl"
    )
    measure(setup, options.seeds, options.weak_seeds, options.jobs)
    return 0 if options.steps or write(plan, setup.log) else 1


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


def measure(setup: Setup, seeds: int, weak_seeds: int, jobs: int) -> None:
    """Make every run that an earlier call has not made, right models first."""
    known = logs.open_for(setup.log, setup.plan, source(setup.device))
    done = {(row["network"], row["kind"], row["seed"]) for row in known.rows}
    left = []
    for network, kind, edits in models():
        wanted = [SEED + n for n in range(seeds if kind == RIGHT else weak_seeds)]
        missing = [seed for seed in wanted if (network, kind, seed) not in done]
        left += [Task(network, kind, edits, part) for part in shares(missing, jobs)]
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


def work(setup: Setup, task: Task) -> None:
    """Make the runs of a task, and keep each as it ends."""
    for made in runs(setup, task):
        logs.add(setup.log, made)


def runs(setup: Setup, task: Task) -> Iterator[Row]:
    """Train one model once a seed, in the sandbox, as a submission is."""
    rung, plan = isolation.choose(setup.rung), setup.plan
    start = right_values(task.network, plan, setup.rung)
    with Student(submission(task.edits).slice, isolation=rung, device=setup.device) as student:
        for seed in task.seeds:
            setting = Setting(NETWORKS[task.network], plan, seed, setup.device, step_limit=600.0)
            run = train(student, setting, start, pictures(plan, seed), partial(tell, task, seed))
            yield row(task.network, task.kind, seed, run)


def tell(task: Task, seed: int, done: int, total: int, loss: float) -> None:
    """Say on standard error how a run goes."""
    if done == total or sys.stderr.isatty():
        end = "\n" if done == total else ""
        words = f"{task.network}, {task.kind}, seed {seed}: {done}/{total}, loss {loss:.3f} "
        print(f"\r{words}", end=end, file=sys.stderr, flush=True)


def row(network: str, kind: str, seed: int, run: Run) -> Row:
    """Give a run's figures as plain values."""
    figures = [[point.validation.figure(line) for line in bands.LINES] for point in run.points]
    best = [run.best.validation.figure(line) for line in bands.LINES]
    test = [run.test.figure(line) for line in bands.LINES]
    head: Row = {"network": network, "kind": kind, "seed": seed, "step_seconds": round(run.step_seconds, 3)}
    return {**head, "figures": figures, "best": best, "test": test}


def right_values(network: str, plan: Plan, rung: str) -> Values:
    """Give the first values of the right network, whose parameters every weak one shares."""
    right = submission()
    with Student(right.slice, isolation=isolation.choose(rung)) as student:
        evidence = Case(right, student, seed=0).networks[network]
        return values.start(plan.weights, evidence.reading, evidence.built.parameters)


def source(device: str) -> str:
    """Say where and with what the runs were made."""
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
