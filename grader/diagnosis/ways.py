"""The ways to make a class activation map, step by step: the right one first, then the known wrong ones."""

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
    Way("the weights are squared", lambda f, w: weighted(f, w * w)),
    Way("the features are squared", lambda f, w: weighted(f * f, w)),
    Way("weights and features are added instead of multiplied", lambda f, w: (f + w[:, None, None]).sum(0)),
    Way(
        "the sum is taken over rows, not over channels",
        lambda f, w: np.broadcast_to((f * w[:, None, None]).sum(0).sum(0), f.shape[1:]),
    ),
)


def spread(r: Floats) -> float:
    return float(r.max() - r.min()) or 1.0


def _old_maximum(r: Floats, scale: float) -> Floats:
    return np.asarray((r - r.min()) / (r.max() or 1.0) * scale)


STRETCHES: tuple[Way, ...] = (
    Way("", lambda r: (r - r.min()) / spread(r) * 255),
    Way(
        "divided by the old maximum: the minimum was taken off without taking it off the maximum",
        lambda r: _old_maximum(r, 255),
    ),
    Way(
        "negative values are cut to 0 before the map is stretched",
        lambda r: np.maximum(r, 0) / (np.maximum(r, 0).max() or 1.0) * 255,
    ),
    Way(
        "the minimum is not taken off, the map is only divided by its maximum",
        lambda r: r / (r.max() or 1.0) * 255,
    ),
    Way("the minimum is not taken off, the map is only divided by its range", lambda r: r / spread(r) * 255),
    Way(
        "divided by the old maximum: the map was divided by it before the minimum was taken off",
        lambda r: (r / (r.max() or 1.0) - (r / (r.max() or 1.0)).min()) * 255,
    ),
    Way("the minimum is taken off, but the map is not divided by its range", lambda r: r - r.min()),
    Way(
        "the minimum is taken off, but the map is not divided by its range, only multiplied by 255",
        lambda r: (r - r.min()) * 255,
    ),
    Way("not normalised at all", lambda r: r),
    Way("not normalised, only multiplied by 255", lambda r: r * 255),
    Way("normalised to [0, 1], not to [0, 255]", lambda r: (r - r.min()) / spread(r)),
    Way("normalised to half of the range, about [0, 127]", lambda r: (r - r.min()) / spread(r) * 127.5),
    Way("normalised to [0, 100]", lambda r: (r - r.min()) / spread(r) * 100),
    Way("normalised to [0, 254]", lambda r: (r - r.min()) / spread(r) * 254),
    Way(
        "normalised to [0, 256], so that the maximum wraps around to 0",
        lambda r: (r - r.min()) / spread(r) * 256,
    ),
    Way("inverted: the strongest place is dark", lambda r: (r.max() - r) / spread(r) * 255),
    Way(
        "absolute values are taken before the map is stretched",
        lambda r: (np.abs(r) - np.abs(r).min()) / spread(np.abs(r)) * 255,
    ),
    Way(
        "divided by the largest absolute value, without taking the minimum off",
        lambda r: r / (np.abs(r).max() or 1.0) * 255,
    ),
    Way(
        "mean and standard deviation are used instead of minimum and maximum",
        lambda r: (r - r.mean()) / (r.std() or 1.0) * 255,
    ),
    Way("a softmax is used instead of minimum and maximum", lambda r: _softmax(r) * 255),
    Way(
        "a softmax is used and stretched",
        lambda r: (_softmax(r) - _softmax(r).min()) / spread(_softmax(r)) * 255,
    ),
    Way("a sigmoid is used instead of minimum and maximum", lambda r: 255 / (1 + np.exp(-r))),
    Way("values are cut to [0, 255] without stretching", lambda r: np.clip(r, 0, 255)),
    Way("values are cut to [0, 1] and multiplied by 255", lambda r: np.clip(r, 0, 1) * 255),
    Way("the range is taken from -1 to 1, whatever the map holds", lambda r: (r + 1) / 2 * 255),
    Way("the minimum is added instead of taken off", lambda r: (r + r.min()) / spread(r) * 255),
    Way("squared after it was stretched", lambda r: ((r - r.min()) / spread(r)) ** 2 * 255),
)


def _softmax(r: Floats) -> Floats:
    e = np.exp(r - r.max())
    return np.asarray(e / e.sum())
