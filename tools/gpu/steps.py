"""Measures a training step on the card: the course's loop, ours, ways to take it, against the floor."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from grader.training import plans, speed
from grader.training.pictures import Labelled, pictures
from grader.training.run import Setting, begin
from grader.training.values import Values
from grader.wall.verbs import TrainPictures, TrainSteps
from grader.worker import stepping, training
from grader.worker.loader import World
from grader.worker.stepping import Ways
from reference import trainer
from reference.facades import normalise
from reference.fcn import FCN, FCN8s, FCN32s
from tools.gpu.results import add

PLAIN = Ways(channels_last=False, recorded=False, deterministic=True)
LAST = replace(PLAIN, channels_last=True)
RECORDED, TRIED = replace(LAST, recorded=True), replace(LAST, benchmark=True)
WAYS = {
    "channels last": LAST,
    "channels last, chance allowed": replace(LAST, deterministic=False),
    "plain": PLAIN,
    "float32": replace(PLAIN, tf32=False),
}
PASSES, FEW = 3, 12  # over the pictures; pictures whose kernels are tried
Network = type[FCN8s] | type[FCN32s]
SEED = 3


class Product(nn.Conv2d):
    """A convolution without padding, as one product of its windows and its weight, both channels last."""

    def forward(self, x: Tensor) -> Tensor:
        """Return what the convolution gives for one picture."""
        side = self.kernel_size[0]
        windows = x.unfold(2, side, 1).unfold(3, side, 1)  # (1, C, rows, columns, side, side)
        _, _, rows, columns, *_ = windows.shape
        flat = windows.permute(0, 2, 3, 4, 5, 1).reshape(rows * columns, -1)
        assert self.bias is not None
        product = flat @ self.weight.permute(0, 2, 3, 1).flatten(1).T + self.bias
        return product.view(1, rows, columns, -1).permute(0, 3, 1, 2)


class ProductFCN8s(FCN8s):
    """FCN-8s whose fc6 is a product."""

    def __init__(self, n_class: int = 12) -> None:
        super().__init__(n_class)
        self.layers["fc6"].__class__ = Product


def bounds(model: FCN) -> dict[str, float]:
    """Start as He et al. 2015 do; transposed convolutions stay bilinear, biases zero."""
    drawn = {n: p for n, p in model.named_parameters() if p.ndim == 4 and "up" not in n}
    return {name: (6 / prod(p.shape[1:])) ** 0.5 for name, p in drawn.items()}


def begun(network: Network, labelled: Labelled, device: str) -> World:
    """Begin a run of the reference in a student's place, through the worker's own verbs."""
    world = World()
    world.targets[network.__name__] = network
    with torch.device("meta"):
        drawn = bounds(network())
    setting = Setting(network.__name__, plans.load()["smoke"], SEED, device, step_limit=0.0)
    training.begin(world, begin(setting, Values(drawn, {})), {})
    images = {f"image/{n}": image for n, image in enumerate(labelled.images)}
    training.learn_from(
        world, TrainPictures(), images | {f"label/{n}": label for n, label in enumerate(labelled.labels)}
    )
    return world


def ours(network: Network, labelled: Labelled, device: str) -> Iterator[list[float]]:
    """Yield the losses of one pass over the pictures after another."""
    world = begun(network, labelled, device)
    asked = TrainSteps(tuple(range(len(labelled.images))), epoch_ends=False)
    while True:
        yield training.steps(world, asked, {})[1]["losses"].tolist()


def course(network: Network, labelled: Labelled, device: str) -> Iterator[list[float]]:
    """The same by the course's trainer."""
    world = begun(network, Labelled(labelled.images[:1], labelled.labels[:1]), device)
    assert isinstance(world.state.training, training.Session)
    model = world.state.training.model.to(memory_format=torch.contiguous_format)
    optimizer, _ = trainer.recipe(model)
    torch.manual_seed(SEED)
    batches = [
        (normalise(image)[None], torch.from_numpy(label)[None].long())
        for image, label in zip(labelled.images, labelled.labels, strict=True)
    ]
    while True:
        yield [trainer.run_epoch(model, batches, optimizer)] * len(batches)  # it gives their mean


def measure(passes: Iterator[list[float]], device: str, count: int) -> dict[str, Any]:
    """Take passes, give the seconds of a step in each, every loss, and the peak of memory."""
    cuda = device != "cpu"
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    seconds, losses = [], []
    for _ in range(count):
        begun = time.perf_counter()
        found = next(passes)
        if cuda:
            torch.cuda.synchronize()
        seconds.append((time.perf_counter() - begun) / len(found))
        losses += found
    peak = torch.cuda.max_memory_allocated() / 2**30 if cuda else 0.0
    return {
        "what": "step",
        "step_seconds": seconds,
        "losses": losses,
        "peak_gib": round(peak, 2),
    }


def workloads(quick: bool) -> dict[str, Labelled]:
    """Whole facades of mixed sizes, and pictures of one small size."""
    every = plans.load()
    real, mosaic = replace(every["short-edges"], validation=1, test=1), replace(every["smoke"], epochs=1)
    count, size = (1, 32) if quick else (40, 128)
    facades = pictures(replace(real, train=count, size=size if quick else 0), 1).train
    mosaics = pictures(replace(mosaic, train=count, size=size), 1).train
    return {"facades": facades, "mosaics": mosaics}


def floor(network: Network, labelled: Labelled, device: str) -> float:
    """The mean of the floors of a workload's steps, in seconds."""
    with torch.device("meta"):
        architecture = network().architecture
    sizes = [label.shape for label in labelled.labels]
    return float(np.mean([speed.floor(architecture, (size[0], size[1]), device) for size in sizes]))


def main(out: Path, device: str, quick: bool) -> None:
    """Measure every way on every workload; what fails is told, and the next is measured."""
    add(out, {"what": "rate", "tflops": speed.rate(device) / 1e12, "side": speed.SIDES[device]})
    ways = {"plain": PLAIN} if quick else WAYS
    loads = workloads(quick)
    for load, labelled in loads.items():
        add(out, {"what": "floor", "load": load, "seconds": floor(FCN8s, labelled, device)})
        attempt(out, load, "course", PLAIN, partial(measured, course, FCN8s, labelled, device))
        for name, way in ways.items():
            attempt(out, load, name, way, partial(measured, ours, FCN8s, labelled, device))
        attempt(out, load, "fc6 as a product", LAST, partial(measured, ours, ProductFCN8s, labelled, device))
        attempt(out, load, "FCN32s", LAST, partial(measured, ours, FCN32s, labelled, device))
        few = Labelled(labelled.images[:FEW], labelled.labels[:FEW])
        attempt(out, load, "kernels tried", TRIED, partial(measured, ours, FCN8s, few, device))
    if device != "cpu":
        attempt(out, "facades", "profile", LAST, partial(profile, loads["facades"], device))
        for load, labelled in loads.items():  # last: a recording that fails may take the device with it
            attempt(out, load, "recorded", RECORDED, partial(measured, ours, FCN8s, labelled, device))


def measured(
    loop: Callable[..., Iterator[list[float]]], network: Network, data: Labelled, device: str
) -> dict[str, Any]:
    """Measure one loop."""
    return measure(loop(network, data, device), device, PASSES if device != "cpu" else 1)


def attempt(out: Path, load: str, name: str, way: Ways, work: Callable[[], dict[str, Any]]) -> None:
    """Keep what a measurement gave, or why it gave nothing."""
    stepping.WAYS = way
    try:
        found = work()
    except Exception as error:
        found = {"what": "step", "problem": f"{type(error).__name__}: {error}"[:2000]}
    add(out, {"load": load, "way": name, "ways": asdict(way), **found})
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def profile(labelled: Labelled, device: str) -> dict[str, Any]:
    """Which kernels a step's time goes to."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as record

    passes = ours(FCN8s, labelled, device)
    next(passes)
    with record(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as recorded:
        next(passes)
    table = recorded.key_averages().table(
        sort_by="self_cuda_time_total", row_limit=25, max_name_column_width=70
    )
    print(table)
    return {"what": "profile"}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], "--quick" in sys.argv)
