"""Measures training steps, ours and the course's plain loop in turn: `python -m tools.bench_training`.

Both loops train the same network on the same pictures, each in a process of its own, a few steps at a
time, so that whatever else the machine does slows both. The floor is the arithmetic of a step at the rate
of a large matrix product. Nothing else should run meanwhile.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median
from typing import Annotated

import torch
import typer

from grader.training import plans, speed
from grader.training.pictures import pictures
from grader.training.run import Setting, begin
from grader.training.values import Values
from grader.wall.verbs import TrainPictures, TrainSteps
from grader.worker import training
from grader.worker.loader import World
from reference import trainer
from reference.architecture import fcn8s
from reference.facades import normalise
from reference.fcn import FCN8s

PART = 3  # steps between two turns

Step = Callable[[int], None]


def plain() -> Step:
    """The course's trainer."""
    torch.manual_seed(1)
    model, labelled = FCN8s(), pictures(plans.load()["smoke"], 1).train
    optimizer, _ = trainer.recipe(model)

    def step(number: int) -> None:
        label = torch.from_numpy(labelled.labels[number]).long()
        trainer.run_epoch(model, [(normalise(labelled.images[number])[None], label[None])], optimizer)

    return step


def ours() -> Step:
    """The worker's verbs, on the reference in a student's place."""
    world, labelled = World(), pictures(plans.load()["smoke"], 1).train
    world.targets["FCN8s"] = FCN8s
    setting = Setting("FCN8s", plans.load()["smoke"], seed=1, device="cpu", step_limit=0.0)
    training.begin(world, begin(setting, Values({}, {})), {})
    images = {f"image/{number}": image for number, image in enumerate(labelled.images)}
    labels = {f"label/{number}": label for number, label in enumerate(labelled.labels)}
    training.learn_from(world, TrainPictures(), images | labels)

    def step(number: int) -> None:
        training.steps(world, TrainSteps((number,), epoch_ends=False), {})

    return step


def serve(make: Callable[[], Step], pipe: Connection) -> None:
    """Take steps whenever asked, and answer with their seconds."""
    step, number = make(), 0
    step(0)  # the first one takes memory
    while pipe.recv():
        for _ in range(PART):
            begun = time.perf_counter()
            step(number := (number + 1) % 10)
            pipe.send(time.perf_counter() - begun)


def bench(turns: Annotated[int, typer.Option(help="Turns of three steps each.")] = 5) -> None:
    """Print a table in Markdown."""
    floor = speed.floor(fcn8s(), (128, 128), "cpu")
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for make in (plain, ours):
        here, there = context.Pipe()
        context.Process(target=serve, args=(make, there), daemon=True).start()
        pipes[make.__name__] = here
    taken: dict[str, list[float]] = {name: [] for name in pipes}
    for _ in range(turns):
        for name, pipe in pipes.items():
            pipe.send(True)
            taken[name] += [pipe.recv() for _ in range(PART)]
    for pipe in pipes.values():
        pipe.send(False)
    print("| loop | seconds a step | times the floor |\n|---|--:|--:|")
    for name, seconds in (*((n, median(s)) for n, s in taken.items()), ("the floor", floor)):
        print(f"| {name} | {seconds:.2f} | {seconds / floor:.2f} |")


if __name__ == "__main__":
    typer.run(bench)
