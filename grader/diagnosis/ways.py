"""Which weights, and how they are summed: the right way first, then the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.assignment import WEIGHT

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """One way to do a step; `fault` is "" for a right one."""

    fault: str
    do: Callable[..., Floats]


def _pick(features: Floats, weight: Floats, index: int) -> Floats:
    return np.asarray(weight[index])


def _second(features: Floats, weight: Floats, index: int) -> Floats:
    scores = weight @ features.mean(axis=(1, 2))
    order = [int(i) for i in np.argsort(-scores) if i != index]
    return np.asarray(weight[order[0]])


CLASSES: tuple[Way, ...] = (
    Way("", _pick),
    Way("the weights are those of class 0, whatever was predicted", lambda f, w, i: w[0]),
    Way("the weights are those of the last class", lambda f, w, i: w[-1]),
    Way("the weights are those of the class after the predicted one", lambda f, w, i: w[(i + 1) % len(w)]),
    Way("the weights are those of the class before the predicted one", lambda f, w, i: w[i - 1]),
    Way("the weights are the mean over all classes", lambda f, w, i: w.mean(axis=0)),
    Way("the weights are summed over all classes", lambda f, w, i: w.sum(axis=0)),
    Way(
        f"the weights are a column of {WEIGHT}, one class weight per feature",
        lambda f, w, i: w[: w.shape[1], i % w.shape[1]],
    ),
    Way("the weights are those of the class of most evidence in the map", _second),
)


def _scrambled(f: Floats, w: Floats) -> Floats:
    c, rows, columns = f.shape
    return (f.reshape(rows * columns, c) @ w).reshape(rows, columns)


def weighted(f: Floats, w: Floats) -> Floats:
    return np.tensordot(w, f, axes=1)


SUMS: tuple[Way, ...] = (
    Way("", weighted),
    Way("rows and columns are swapped", lambda f, w: weighted(f, w).T),
    Way("the features are reshaped to (49, 512) instead of (512, 49), which scrambles them", _scrambled),
    Way("the features are averaged without their weights", lambda f, w: f.mean(axis=0)),
    Way("only the sign of the weights is used", lambda f, w: weighted(f, np.sign(w))),
    Way("the weights' absolute values are used", lambda f, w: weighted(f, np.abs(w))),
    Way("negative weights are cut to 0 before the sum", lambda f, w: weighted(f, np.maximum(w, 0))),
    Way("negative features are cut to 0 before the sum", lambda f, w: weighted(np.maximum(f, 0), w)),
    Way("the features' absolute values are used", lambda f, w: weighted(np.abs(f), w)),
    Way(
        "negative products are cut to 0 before the sum",
        lambda f, w: np.maximum(f * w[:, None, None], 0).sum(0),
    ),
    Way("the products' absolute values are summed", lambda f, w: np.abs(f * w[:, None, None]).sum(0)),
    Way("the largest product is taken instead of the sum", lambda f, w: (f * w[:, None, None]).max(0)),
    Way(
        "the first half of the channels is summed only",
        lambda f, w: weighted(f[: len(f) // 2], w[: len(w) // 2]),
    ),
    Way("the last channel is left out", lambda f, w: weighted(f[:-1], w[:-1])),
    Way("the first channel is left out", lambda f, w: weighted(f[1:], w[1:])),
    Way("one channel is used only", lambda f, w: f[0] * w[0]),
    Way(
        "the sum is left in one row, it must be reshaped to (7, 7)",
        lambda f, w: weighted(f, w).reshape(1, -1),
    ),
    Way(
        "the sum is left in one column, it must be reshaped to (7, 7)",
        lambda f, w: weighted(f, w).reshape(-1, 1),
    ),
    Way("the map is flipped top to bottom", lambda f, w: weighted(f, w)[::-1]),
    Way("the map is flipped left to right", lambda f, w: weighted(f, w)[:, ::-1]),
    Way("the map is turned by half", lambda f, w: weighted(f, w)[::-1, ::-1]),
    Way("the sum starts at 1 instead of 0", lambda f, w: weighted(f, w) + 1),
    Way("the weights are squared", lambda f, w: weighted(f, w * w)),
    Way("the features are squared", lambda f, w: weighted(f * f, w)),
    Way("weights and features are added instead of multiplied", lambda f, w: (f + w[:, None, None]).sum(0)),
    Way(
        "the sum is taken over rows, not over channels",
        lambda f, w: np.broadcast_to((f * w[:, None, None]).sum(0).sum(0), f.shape[1:]),
    ),
)
