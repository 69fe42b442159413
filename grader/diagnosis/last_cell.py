"""What the last cell's arrays are, where they are not what they should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.causes import because
from grader.records.reason import Reason

Array = NDArray[Any]
UNRELATED = 0.05  # a correlation that half a million numbers do not have by chance


def are_features(features: Array, wanted: Array) -> bool:
    """Return whether features are those of the kit's network, whatever resized the image."""
    near = 1e-2 * float(np.abs(wanted).max())
    return features.shape == wanted.shape and bool(np.allclose(features, wanted, rtol=1e-2, atol=near))


def what_features(features: Array, made: Array) -> str | None:
    """Return what was done to features that a network made, "" if nothing; None for no known way."""
    if features.shape != made.shape:
        return None
    known = (
        ("", made),
        ("their rows and columns are swapped", made.swapaxes(2, 3)),
        ("they are squared", made**2),
    )
    for words, other in known:
        if are_features(features, other):
            return words
    factor = float((features * made).sum() / max(float((made * made).sum()), 1e-12))
    scaled = factor and np.isfinite(factor) and are_features(features, factor * made)
    return f"they are multiplied by {factor:.3g}" if scaled else None


def turned_how(weight: Array, true: Array) -> str:
    """Return how the weight came to have its rows and columns exchanged; "" where it did not."""
    made = (("transposed", true.T), ("reshaped, which mixes its classes", true.reshape(true.T.shape)))
    same = (
        words for words, other in made if weight.shape == other.shape and np.allclose(weight, other, 1e-3)
    )
    return next(same, "")


def what_weight(weight: Array, true: Array) -> Reason:
    """Return what a wrong weight holds instead."""
    with np.errstate(all="ignore"):
        ratio = float((weight * true).sum() / (true * true).sum())
    if not weight.any():
        return because("weight_fc.way", got="it is 0 everywhere", expected="net.fc.weight")
    if np.allclose(weight, ratio * true, rtol=1e-3, atol=1e-6):
        return because("weight_fc.scaled", got=f"{ratio:.4g}", expected="net.fc.weight")
    if np.allclose(weight, np.abs(true), rtol=1e-3, atol=1e-6):
        return because("weight_fc.absolute", expected="net.fc.weight", actual="absolute values")
    if got := next((words for words, other in _others(true) if np.allclose(weight, other, 1e-3, 1e-6)), ""):
        return because("weight_fc.way", got=got, expected="net.fc.weight")
    if got := _by_one_of(weight, true):
        return because("weight_fc.way", got=got, expected="net.fc.weight")
    if np.allclose(np.sort(weight, axis=None), np.sort(true, axis=None), rtol=1e-3, atol=1e-6):
        return because("weight_fc.way", got="its values are in another order", expected="net.fc.weight")
    if abs(np.corrcoef(weight.ravel(), true.ravel())[0, 1]) < UNRELATED:
        help = "resnet18() without pretrained=True, or another layer's weight of this shape, is like that."
        return because("weight_fc.unrelated", help=help, expected="net.fc.weight", actual=_range(weight))
    return because("weight_fc.values", expected="net.fc.weight", actual=_range(weight))


def _others(true: Array) -> Iterator[tuple[str, Array]]:
    """Yield what may be made of the weight, in words."""
    classes, channels = true.shape
    yield "its channels are in reverse order", true[:, ::-1]
    yield "its classes are in reverse order", true[::-1]
    yield "it is reshaped where it must be left as it is", true.reshape(channels, classes).T
    yield "it is transposed, then reshaped", true.T.reshape(classes, channels)
    yield "the first class is at the end", np.roll(true, -1, axis=0)
    yield "each class is one row further down", np.roll(true, 1, axis=0)
    yield "its mean is taken off", true - true.mean()
    yield "the mean of each class is taken off", true - true.mean(axis=1, keepdims=True)
    yield "negative weights are cut to 0", np.maximum(true, 0)
    yield "each class is divided by its length", true / np.linalg.norm(true, axis=1, keepdims=True)
    yield "a softmax over the classes is taken", _softmax(true, 0)
    yield "a softmax over the channels is taken", _softmax(true, 1)
    yield "it is stretched from 0 to 1", (true - true.min()) / np.ptp(true)


def _by_one_of(weight: Array, true: Array) -> str:
    """Return whether each class or channel has a number added, or is multiplied by one; "" where none has."""
    more = weight - true
    for words, axis in (("class", 1), ("channel", 0)):
        added = more.mean(axis=axis, dtype=np.float64, keepdims=True)
        if np.allclose(weight - added, true, rtol=1e-3, atol=1e-5):
            return f"a number is added to each {words}, as a bias is"
        scales = (weight * true).sum(axis=axis, keepdims=True) / (true * true).sum(axis=axis, keepdims=True)
        if np.allclose(weight, scales * true, rtol=1e-3, atol=1e-6):
            return f"each {words} is multiplied by a number of its own"
    return ""


def _softmax(values: Array, axis: int) -> Array:
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def _range(weight: Array) -> str:
    return f"values from {float(weight.min()):.4g} to {float(weight.max()):.4g}"
