"""Unusual weights and features, each with its words: what is looked for where no usual way gives the maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.ways import CHANNELS, CLASSES, FEATURES, WEIGHTS, Floats, Way

SEVERAL = (*range(2, 11), 15, 20, 50, 100)  # classes, or channels, that are taken together
Order = Callable[[Floats, Floats, int], NDArray[np.intp]]
ORDERS: dict[str, Order] = {  # which classes are taken together, by the order in which they are taken
    "those of most evidence in the map": lambda f, w, i: np.argsort(-(w @ f.mean(axis=(1, 2)))),
    "from the predicted one on": lambda f, w, i: np.arange(i, len(w)),
    "up to the predicted one": lambda f, w, i: np.arange(i, -1, -1),
    "the first ones": lambda f, w, i: np.arange(len(w)),
    "the last ones": lambda f, w, i: np.arange(len(w))[::-1],
}


def _together(which: str, order: Order, count: int) -> Way:
    words = f"the weights are the mean, or the sum, of those of {count} classes, {which}"
    return Way(words, lambda f, w, i: w[order(f, w, i)[:count]].mean(axis=0))


def _only(words: str, rank: Callable[[Floats], Floats], count: int) -> Way:
    """The channels of the highest rank by their weights alone."""

    def do(w: Floats) -> Floats:
        ranks = np.argsort(np.argsort(-rank(w), axis=-1, kind="stable"), axis=-1)
        return np.where(ranks < count, w, 0)

    return Way(f"only the {count} channels {words} are summed", do)


def _first(w: Floats) -> Floats:
    return np.broadcast_to(-np.arange(w.shape[-1]), w.shape)


def _last(w: Floats) -> Floats:
    return -_first(w)


def _rescaled(values: Floats, axes: tuple[int, ...]) -> Floats:
    low, high = values.min(axis=axes, keepdims=True), values.max(axis=axes, keepdims=True)
    return np.asarray((values - low) / (high - low))


def _softmax(values: Floats, axes: tuple[int, ...]) -> Floats:
    exps = np.exp(values - values.max(axis=axes, keepdims=True))
    return np.asarray(exps / exps.sum(axis=axes, keepdims=True))


def _over(how: Callable[[Floats, tuple[int, ...]], Floats], *axes: int) -> Callable[[Floats], Floats]:
    return lambda values: how(values, axes)


def _by_norm(f: Floats, axes: tuple[int, ...]) -> Floats:
    return np.asarray(f / np.sqrt((f * f).sum(axis=axes, keepdims=True)))


def _by_sum(f: Floats, axes: tuple[int, ...]) -> Floats:
    return np.asarray(f / f.sum(axis=axes, keepdims=True))


def _by_largest(f: Floats, axes: tuple[int, ...]) -> Floats:
    return np.asarray(f / f.max(axis=axes, keepdims=True))


def _by_deviation(f: Floats, axes: tuple[int, ...]) -> Floats:
    return np.asarray((f - f.mean(axis=axes, keepdims=True)) / f.std(axis=axes, keepdims=True))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def _rounded(places: int) -> Callable[[Floats], Floats]:
    return lambda values: np.asarray(np.round(values, places))


MORE_CLASSES = (
    *(_together(which, order, count) for which, order in ORDERS.items() for count in SEVERAL),
    Way("the weights are the largest ones over all classes", lambda f, w, i: w.max(axis=0)),
    Way("the weights are the smallest ones over all classes", lambda f, w, i: w.min(axis=0)),
    Way("the weights are the standard deviations over all classes", lambda f, w, i: w.std(axis=0)),
)
MORE_WEIGHTS = (
    Way("the roots of the weights' absolute values are used", lambda w: np.sqrt(np.abs(w))),
    Way("the weights' roots are used, with their signs", lambda w: np.sign(w) * np.sqrt(np.abs(w))),
    Way("the weights' roots are used", np.sqrt),
    Way("the weights are cubed", lambda w: w**3),
    Way("a sigmoid of the weights is used", _sigmoid),
    Way("the hyperbolic tangents of the weights are used", np.tanh),
    Way("the logarithms of the weights are used", np.log),
    Way("the logarithms of the weights' absolute values are used", lambda w: np.log(np.abs(w))),
    Way("the weights are divided by, not multiplied with", lambda w: 1 / w),
    Way("the weights' mean is taken off before the sum", lambda w: w - w.mean(axis=-1, keepdims=True)),
    Way("the weights are brought to the range [0, 1] before the sum", lambda w: _rescaled(w, (-1,))),
    Way("positive weights are cut to 0 before the sum", lambda w: np.minimum(w, 0)),
    Way("the weights are sorted, so that they are those of other channels", lambda w: np.sort(w, axis=-1)),
    Way("the weights are in the reverse order of the channels", lambda w: w[..., ::-1]),
    Way("the weights are rounded to whole numbers", np.rint),
    Way("the weights are rounded to one decimal place", _rounded(1)),
    Way("the weights are rounded to two decimal places", _rounded(2)),
)
MORE_FEATURES = (
    Way("a sigmoid of the features is used", _sigmoid),
    Way("the hyperbolic tangents of the features are used", np.tanh),
    Way("the features' roots are used", np.sqrt),
    Way("the features' roots are used", lambda f: np.sqrt(np.abs(f))),
    Way("the features are cubed", lambda f: f**3),
    Way("the features' exponentials are used", np.exp),
    Way("the features' logarithms are used", np.log),
    Way("the logarithms of 1 plus the features are used", np.log1p),
    Way("the features are rounded to whole numbers", np.rint),
    Way("only the sign of the features is used", lambda f: np.sign(f)),
    Way("only whether features are above their mean is used", lambda f: (f > f.mean()) * 1.0),
    Way("each channel is brought to the range [0, 1] before the sum", _over(_rescaled, 1, 2)),
    Way("each channel is brought to mean 0 and deviation 1 before the sum", _over(_by_deviation, 1, 2)),
    Way("each channel is divided by its norm before the sum", _over(_by_norm, 1, 2)),
    Way("each channel is divided by its sum before the sum", _over(_by_sum, 1, 2)),
    Way("each channel is divided by its maximum before the sum", _over(_by_largest, 1, 2)),
    Way("a softmax over each channel's places is taken before the sum", _over(_softmax, 1, 2)),
    Way("a softmax over the channels is taken at each place before the sum", _over(_softmax, 0)),
    Way("the features of each place are divided by their norm before the sum", _over(_by_norm, 0)),
    Way("the features of each place are divided by their sum before the sum", _over(_by_sum, 0)),
    Way("the features of each place are brought to the range [0, 1] before the sum", _over(_rescaled, 0)),
    Way(
        "the features of each place are brought to mean 0 and deviation 1 before the sum",
        _over(_by_deviation, 0),
    ),
)
MORE_CHANNELS = (
    *(_only("of the largest weights", lambda w: w, count) for count in SEVERAL),
    *(_only("of the largest absolute weights", np.abs, count) for count in SEVERAL),
    *(_only("that come first", _first, count) for count in SEVERAL),
    *(_only("that come last", _last, count) for count in SEVERAL),
    Way("only every second channel is summed", lambda w: np.where(np.arange(w.shape[-1]) % 2 == 0, w, 0)),
)
AXES = (  # steps of a sum, each with its right way first
    (*CLASSES, *MORE_CLASSES),
    (*WEIGHTS, *MORE_WEIGHTS),
    (*FEATURES, *MORE_FEATURES),
    (*CHANNELS, *MORE_CHANNELS),
)
