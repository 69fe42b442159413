"""Which weights, and how they are summed: each step with its right way first, then the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from grader.assignment import WEIGHT

Floats = NDArray[np.float64]
V = TypeVar("V")


@dataclass(frozen=True)
class Way:
    """One way to do a step; `fault` is "" for a right one."""

    fault: str
    do: Callable[..., Floats]


def _pick(features: Floats, weight: Floats, index: int) -> Floats:
    return np.asarray(weight[index])


def _second(features: Floats, weight: Floats, index: int) -> Floats:
    scores = weight @ features.mean(axis=(1, 2))
    scores[index] = -np.inf
    return np.asarray(weight[int(scores.argmax())])


CLASSES: tuple[Way, ...] = (
    Way("", _pick),
    Way("the weights are those of class 0, whatever was predicted", lambda f, w, i: w[0]),
    Way("the weights are those of the last class", lambda f, w, i: w[-1]),
    Way("the weights are those of the class after the predicted one", lambda f, w, i: w[(i + 1) % len(w)]),
    Way("the weights are those of the class before the predicted one", lambda f, w, i: w[i - 1]),
    Way("the weights are the mean, or the sum, over all classes", lambda f, w, i: w.mean(axis=0)),
    Way("the weights are summed over all classes", lambda f, w, i: w.sum(axis=0)),
    Way(
        f"the weights are a column of {WEIGHT}, one class weight per feature",
        lambda f, w, i: w[: w.shape[1], i % w.shape[1]],
    ),
    Way(
        f"{WEIGHT} is reshaped where it must be transposed, which scrambles the weights",
        lambda f, w, i: w.reshape(w.shape[::-1])[:, i],
    ),
    Way("the weights are those of the class of most evidence in the map", _second),
    Way(f"the weights are the features' own means, none of {WEIGHT}", lambda f, w, i: f.mean(axis=(1, 2))),
)


def weighted(f: Floats, w: Floats) -> Floats:
    """Return the weighted sum (..., h, w) of features (C, h, w), for weights (..., C)."""
    return np.asarray(np.tensordot(w, f, axes=1), dtype=np.float64)


def _plus(values: Floats) -> Floats:
    return np.maximum(values, 0)


def _exp(w: Floats) -> Floats:
    return np.asarray(np.exp(w))


def _softmax(w: Floats) -> Floats:
    exps = np.exp(w - w.max(axis=-1, keepdims=True))
    return np.asarray(exps / exps.sum(axis=-1, keepdims=True))


def _scrambled(f: Floats, w: Floats) -> Floats:
    c, rows, columns = f.shape
    return (w @ f.reshape(rows * columns, c).T).reshape(*w.shape[:-1], rows, columns)


def _mean(f: Floats, w: Floats) -> Floats:
    return _without(f.mean(axis=0), w)


def _mean_weight(f: Floats, w: Floats) -> Floats:
    return np.asarray(w.mean(axis=-1)[..., None, None] * f.sum(axis=0))


def _added(f: Floats, w: Floats) -> Floats:
    return np.asarray(f.sum(axis=0) + w.sum(axis=-1)[..., None, None])


def _over_rows(f: Floats, w: Floats) -> Floats:
    sums = weighted(f, w)
    return np.broadcast_to(sums.sum(axis=-2, keepdims=True), sums.shape)


def _largest(f: Floats, w: Floats) -> Floats:
    if w.ndim > 1:  # one class at a time: all products of all classes take 200 MB
        return np.stack([_largest(f, one) for one in w])
    return np.asarray((f * w[:, None, None]).max(axis=0))


def _without(taken: Floats, w: Floats) -> Floats:
    """The same map for any weights."""
    return np.broadcast_to(taken, (*w.shape[:-1], *taken.shape))


def _one_channel(f: Floats, w: Floats) -> Floats:
    return np.asarray(w[..., 0, None, None] * f[0])


WEIGHTS: tuple[Way, ...] = (
    Way("", lambda w: w),
    Way("only the sign of the weights is used", np.sign),
    Way("the weights' absolute values are used", np.abs),
    Way("negative weights are cut to 0 before the sum", _plus),
    Way("the weights are squared", np.square),
    Way("the weights' exponentials, or a softmax of them, are used", _exp),
    Way("a softmax of the weights is used", _softmax),
)
FEATURES: tuple[Way, ...] = (  # those of the last block are a ReLU's, which two ways leave as they are
    Way("", lambda f: f),
    Way("", _plus),
    Way("", np.abs),
    Way("the features are squared", np.square),
)


def _moved(w: Floats, by: int) -> Floats:
    """The weights of other channels: where a loop ends there is none."""
    moved = np.roll(w, by, axis=-1)
    moved[..., 0 if by > 0 else -1] = 0
    return moved


MOVED: tuple[tuple[str, Callable[[Floats], Floats]], ...] = (
    ("before, the first one none", lambda w: _moved(w, 1)),
    ("before, the first one that of the last", lambda w: np.roll(w, 1, axis=-1)),
    ("after, the last one none", lambda w: _moved(w, -1)),
    ("after, the last one that of the first", lambda w: np.roll(w, -1, axis=-1)),
)
HALF = "the first half of the channels is summed only"
CHANNELS: tuple[Way, ...] = (
    Way("", lambda w: w),
    Way(HALF, lambda w: np.where(np.arange(w.shape[-1]) < w.shape[-1] // 2, w, 0)),
    Way("the last channel is left out", lambda w: np.where(np.arange(w.shape[-1]) < w.shape[-1] - 1, w, 0)),
    Way("only the last channel is used", lambda w: np.where(np.arange(w.shape[-1]) < w.shape[-1] - 1, 0, w)),
    Way("the first channel is left out", lambda w: np.where(np.arange(w.shape[-1]) > 0, w, 0)),
    *(Way(f"each channel has the weight of the one {which}", moved) for which, moved in MOVED),
)
JOINS: tuple[Way, ...] = (
    Way("", weighted),
    Way("the features are reshaped to (49, 512) instead of (512, 49), which scrambles them", _scrambled),
    Way("the features are averaged without their weights", _mean),
    Way("the weights' mean is used for every channel", _mean_weight),
    Way(
        "negative products are cut to 0 before the sum",
        lambda f, w: weighted(_plus(f), _plus(w)) + weighted(_plus(-f), _plus(-w)),
    ),
    Way("the products' absolute values are summed", lambda f, w: weighted(np.abs(f), np.abs(w))),
    Way("the largest product is taken instead of the sum", _largest),
    Way("one channel is used only", _one_channel),
    Way("one channel is used only, without its weight", lambda f, w: _without(f[0], w)),
    Way("the largest feature is taken, without weights", lambda f, w: _without(f.max(axis=0), w)),
    Way("weights and features are added instead of multiplied", _added),
    Way("the sum is taken over rows, not over channels", _over_rows),
)
STARTS: tuple[Way, ...] = (
    Way("", lambda r: r),
    Way("the sum starts at 1 instead of 0", lambda r: r + 1),
)
TURNS: tuple[Way, ...] = (
    Way("", lambda r: r),
    Way("rows and columns are swapped", lambda r: r.swapaxes(-1, -2)),
    Way("the map is flipped top to bottom", lambda r: r[..., ::-1, :]),
    Way("the map is flipped left to right", lambda r: r[..., ::-1]),
    Way("the map is turned by half", lambda r: r[..., ::-1, ::-1]),
    Way("the map is turned by a quarter to the left", lambda r: np.rot90(r, axes=(-2, -1))),
    Way("the map is turned by a quarter to the right", lambda r: np.rot90(r, axes=(-1, -2))),
    Way(
        "rows and columns are swapped, each counted from the end",
        lambda r: r.swapaxes(-1, -2)[..., ::-1, ::-1],
    ),
    Way(
        "the sum is left in one row, it must be reshaped to (7, 7)",
        lambda r: r.reshape(*r.shape[:-2], 1, -1),
    ),
    Way(
        "the sum is left in one column, it must be reshaped to (7, 7)",
        lambda r: r.reshape(*r.shape[:-2], -1, 1),
    ),
)

SUMS = (WEIGHTS, FEATURES, CHANNELS, JOINS, STARTS, TURNS)


@dataclass(frozen=True)
class Sum:
    """One way to make a map of weights and features: a step of each kind."""

    weights: Way
    features: Way
    channels: Way
    join: Way
    start: Way
    turn: Way

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """The wrong steps in words."""
        steps = (self.weights, self.features, self.channels, self.join, self.start, self.turn)
        return tuple(step.fault for step in steps if step.fault)

    @property
    def fault(self) -> str:
        """All wrong steps in words; "" where there are none."""
        return "; ".join(self.faults)

    @property
    def unturned(self) -> Sum:
        """The same way without its turn."""
        return replace(self, turn=TURNS[0]) if self.turn.fault else self

    def do(self, f: Floats, w: Floats) -> Floats:
        """Return the map (..., h, w) of features (C, h, w), for weights (..., C)."""
        summed = self.join.do(self.features.do(f), self.channels.do(self.weights.do(w)))
        return self.turn.do(self.start.do(summed))


def compositions(axes: Sequence[Sequence[V]], most: int) -> Iterator[tuple[V, ...]]:
    """Yield one way of each axis, at most so many wrong, the fewest first; the right one comes first."""
    for count in range(most + 1):
        for wrong in combinations(range(len(axes)), count):
            yield from product(*(axis[1:] if at in wrong else axis[:1] for at, axis in enumerate(axes)))
