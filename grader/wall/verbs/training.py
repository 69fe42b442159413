"""A training run, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from grader.wall.sketch import LENGTH
from grader.wall.values import Shape
from grader.wall.verbs.request import Done, MiB, OfModel, Request
from grader.wall.wire import WireLimits


class TrainBegin(OfModel[Done], frozen=True, kw_only=True):
    """Build a model, give its parameters their first values, make the optimiser.

    `bounds` draws the named parameters evenly from [-bound, bound], `carried` lets others pass on what
    they are told, arrays named `value/NAME` set others; the rest keep what the constructor gave them.
    Where `shapes` are given, tensors have those instead of their own: then nothing keeps what it was given.
    """

    seed: int
    device: str
    learning_rate: float
    weight_decay: float
    patience: int
    min_learning_rate: float
    bounds: Mapping[str, float]
    carried: Mapping[str, tuple[float, int, int, int]]
    shapes: Mapping[str, Shape] = {}


class TrainPictures(Request[Done], frozen=True):
    """Take pictures `image/0` ..., uint8 (H, W, 3), with their labels `label/0` ..., uint8 (H, W)."""


class TrainSteps(Request[Done], frozen=True):
    """Take a step on each of these pictures in turn; the array `losses` is float32 (steps,)."""

    order: tuple[int, ...]
    epoch_ends: bool

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=4 * len(self.order), kinds="f", rank=1)


class TrainGradients(Request[Done], frozen=True):
    """Differentiate the loss of one picture in train mode, dropout drawn from `seed`, without a step.

    `loss` is float64 (1,), `gradient/K` the sketch of that of the K-th of `names`, if it has one.
    """

    picture: int
    seed: int
    names: tuple[str, ...]

    @property
    def limits(self) -> WireLimits:
        count = len(self.names) + 1
        return WireLimits(header=MiB, arrays=count, total=8 * LENGTH * count, kinds="f", rank=1)


class TrainPredict(Request[Done], frozen=True):
    """Predict `image/0` ...: `class/K` is uint8 (H, W), `log/K` float32 (n_class, h, w), strided."""

    stride: int
    pixels: int  # of all pictures

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=128, total=64 * self.pixels + MiB, kinds="uf", rank=3)


class TrainBest(Request[Done], frozen=True):
    """Keep the model as it is now, or bring it back as it was kept."""

    keep: bool


Kind = Literal["value", "first", "second", "step", "best", "clock", "random"]  # of a piece of a run's state


class TrainState(Request[Done], frozen=True):
    """Hand out a piece of the run's state, the array `state`, where the run has it and can be resumed.

    `name` is a parameter's: its value, Adam's moments and steps for it, its value in the best state; of
    `random` it is a device.
    """

    kind: Kind
    name: str
    size: int  # bytes at most

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=self.size, kinds="fu")


class TrainResume(Request[Done], frozen=True):
    """Go on from a piece of a state, `state`, that an equal run handed out."""

    kind: Kind
    name: str


class TrainEnd(Request[Done], frozen=True):
    """Free what training takes."""
