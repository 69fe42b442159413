"""A model of its own with fewer channels, run in every mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from grader.wall.values import Described
from grader.wall.verbs.request import Done, MiB, OfModel
from grader.wall.wire import WireLimits


class Narrow(OfModel[Done], frozen=True, kw_only=True):
    """Make a model of its own whose tensors have these shapes: fewer channels, the same forward pass.

    Parameters are filled from the seed, each by its key; of a buffer the beginning is kept.
    """

    shapes: Mapping[str, tuple[int, ...]]
    keys: Mapping[str, str]
    seed: int


Grad = Literal["inference", "none", "on", "backward"]


class Run(OfModel[Described], frozen=True, kw_only=True):
    """Run that model, with nothing around it, on an input drawn from the seed; the array is called `output`.

    Torch's generator is seeded by `chance`. With `grad="backward"`, the sum of the output, weighted by what
    is drawn from the seed, is differentiated. `calm` takes the chance out of random operations.
    Where it is `challenged`, the filled model of the challenge runs instead.
    """

    size: tuple[int, ...]
    seed: int
    chance: int
    training: bool
    grad: Grad
    calm: bool = False
    challenged: bool = False

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=64 * MiB, kinds="f")
