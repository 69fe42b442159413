"""Calibration's runs: one model, trained once a seed in the sandbox, perhaps in a process of its own."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.errors import GraderError
from grader.evidence.case import Case
from grader.sandbox import isolation
from grader.sandbox.student import Student
from grader.training import bands, values
from grader.training.pictures import pictures
from grader.training.plans import Plan
from grader.training.results import Run
from grader.training.run import Setting, train
from grader.training.values import Values
from tools.calibrate import logs
from tools.calibrate.models import NETWORKS, models, submission
from tools.calibrate.table import Row


@dataclass(frozen=True, slots=True)
class Task:
    """A model to train once a seed, in a sandbox of its own."""

    network: str
    kind: str
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """How a calibration is made: the plan, where the models run, what holds them, where runs are kept."""

    plan: Plan
    device: str
    rung: str
    log: Path


def work(setup: Setup, task: Task) -> None:
    """Make the runs of a task, and keep each as it ends; one that breaks stops no other task."""
    try:
        for made in runs(setup, task):
            logs.add(setup.log, made)
    except GraderError:
        traceback.print_exc()


def runs(setup: Setup, task: Task) -> Iterator[Row]:
    """Train one model once a seed, in the sandbox, as a submission is."""
    rung, plan = isolation.choose(setup.rung), setup.plan
    start = right_values(task.network, plan, setup.rung)
    [edits] = [edits for network, kind, edits in models() if (network, kind) == (task.network, task.kind)]
    with Student(submission(edits).slice, isolation=rung, device=setup.device) as student:
        for seed in task.seeds:
            setting = Setting(NETWORKS[task.network], plan, seed, setup.device, step_limit=600.0)
            shown, begun = pictures(plan, seed), time.perf_counter()
            run = train(student, setting, start, shown, partial(tell, task, seed))
            yield row(task.network, task.kind, seed, run, time.perf_counter() - begun)


def tell(task: Task, seed: int, done: int, total: int, loss: float) -> None:
    """Say on standard error how a run goes."""
    if done == total or sys.stderr.isatty():
        end = "\n" if done == total else ""
        words = f"{task.network}, {task.kind}, seed {seed}: {done}/{total}, loss {loss:.3f} "
        print(f"\r{words}", end=end, file=sys.stderr, flush=True)


def row(network: str, kind: str, seed: int, run: Run, seconds: float) -> Row:
    """Return a run's figures as plain values."""
    figures = [[point.validation.figure(line) for line in bands.LINES] for point in run.points]
    best = [run.best.validation.figure(line) for line in bands.LINES]
    test = [run.test.figure(line) for line in bands.LINES]
    head: Row = {"network": network, "kind": kind, "seed": seed, "step_seconds": round(run.step_seconds, 5)}
    return {**head, "seconds": round(seconds, 1), "figures": figures, "best": best, "test": test}


def right_values(network: str, plan: Plan, rung: str) -> Values:
    """Return the first values of the right network, whose parameters every weak one shares."""
    right = submission()
    with Student(right.slice, isolation=isolation.choose(rung)) as student:
        evidence = Case(right, student, seed=0).networks[network]
        shapes = {name: one.shape for name, one in evidence.built.parameters.items()}
        return values.start(plan.weights, evidence.reading, shapes)
