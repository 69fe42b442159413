"""Trains right and weak models to set the thresholds of a plan: `make calibrate PLAN=smoke`.

Every run is kept in build/ as it ends: a calibration that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

from fixtures.edits import Edit
from grader import __version__
from grader.evidence.case import Case
from grader.sandbox import isolation
from grader.sandbox.student import Student
from grader.training import bands, plans, values
from grader.training.pictures import pictures
from grader.training.plans import Plan
from grader.training.run import Run, Setting, train
from grader.training.values import Values
from tools.calibrate import recorded
from tools.calibrate.models import NETWORKS, RIGHT, models, submission
from tools.calibrate.table import Row, markdown, summary

WORK = Path("build/calibrate")
SEED = 20_261  # of the first run; a submission's runs have seeds of their own


def main(arguments: list[str]) -> int:
    """Calibrate a plan, write its table."""
    parser = argparse.ArgumentParser(prog="make calibrate")
    parser.add_argument("plan", choices=sorted(plans.load()))
    parser.add_argument("--seeds", type=int, default=12, help="of right models, at least 8")
    parser.add_argument("--weak-seeds", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--recorded", action="store_true", help="from recorded runs of the course's recipe")
    options = parser.parse_args(arguments)
    if options.recorded and options.plan != recorded.PLAN:
        parser.error(f"only the plan {recorded.PLAN} has recorded runs")
    plan = plans.load()[options.plan]
    bands.FOLDER.mkdir(exist_ok=True)
    if options.recorded:
        keep(plan, recorded.summary(plan, bands.MODEL))
        return 0
    rows = list(measure(plan, options.seeds, options.weak_seeds, options.device))
    table = summary(plan, rows, source(options.device))
    keep(plan, table)
    (bands.FOLDER / f"{plan.name}.md").write_text(markdown(table))
    print(markdown(table))
    return 0


def keep(plan: Plan, table: dict[str, Any]) -> None:
    """Write a plan's calibration where the grader reads it."""
    (bands.FOLDER / f"{plan.name}.json").write_text(json.dumps(table, indent=1) + "\n")


def measure(plan: Plan, seeds: int, weak_seeds: int, device: str) -> Iterator[Row]:
    """Yield a row for every run; those that an earlier call made are read."""
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / f"{plan.name}-{device}.jsonl"
    known = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    done = {(row["network"], row["kind"], row["seed"]): row for row in known}
    for network, kind, edits in models():
        wanted = [SEED + n for n in range(seeds if kind == RIGHT else weak_seeds)]
        yield from (done[network, kind, seed] for seed in wanted if (network, kind, seed) in done)
        missing = [seed for seed in wanted if (network, kind, seed) not in done]
        for row in runs(network, kind, edits, plan, missing, device) if missing else ():
            with log.open("a") as file:
                file.write(json.dumps(row) + "\n")
            yield row


def runs(
    network: str, kind: str, edits: tuple[Edit, ...], plan: Plan, seeds: Iterable[int], device: str
) -> Iterator[Row]:
    """Train one model once a seed, in the sandbox, as a submission is."""
    start = right_values(network, plan)
    with Student(submission(edits).slice, isolation=isolation.choose("auto"), device=device) as student:
        for seed in seeds:
            setting = Setting(NETWORKS[network], plan, seed, device, step_limit=600.0)
            run = train(student, setting, start, pictures(plan, seed), told(network, kind, seed))
            yield row(network, kind, seed, run)


def told(network: str, kind: str, seed: int) -> Callable[[int, int, float], None]:
    """Say on standard error how a run goes."""

    def tell(done: int, total: int, loss: float) -> None:
        end = "\n" if done == total else ""
        print(f"\r{network}, {kind}, seed {seed}: {done}/{total}, loss {loss:.3f} ", end=end, file=sys.stderr)

    return tell


def row(network: str, kind: str, seed: int, run: Run) -> Row:
    """Give a run's figures as plain values."""
    figures = [[point.validation.figure(line) for line in bands.LINES] for point in run.points]
    best = [run.best.validation.figure(line) for line in bands.LINES]
    test = [run.test.figure(line) for line in bands.LINES]
    head: Row = {"network": network, "kind": kind, "seed": seed, "step_seconds": round(run.step_seconds, 3)}
    return {**head, "figures": figures, "best": best, "test": test}


def right_values(network: str, plan: Plan) -> Values:
    """Give the first values of the right network, whose parameters every weak one shares."""
    right = submission()
    with Student(right.slice, isolation=isolation.choose("auto")) as student:
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
