"""Class activation maps, the assignment's part 4: which class, and where in the picture it was seen."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

SIZE = (256, 256)  # rows and columns of a map

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]


def softmax(logit: ArrayLike) -> Floats:
    """Return the probabilities of the last axis, in float64, safe for large logits."""
    logits = np.asarray(logit, dtype=np.float64)
    exps = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exps / exps.sum(axis=-1, keepdims=True))


def get_cls_pred(logit: ArrayLike, labels: Sequence[str]) -> tuple[float, int, str]:
    """Return the most probable class of logits (1, K): its softmax probability, its index, its name.

    The lowest index wins a tie. Raises ValueError if there aren't exactly K labels.
    Source: assignment, part 4, step 1.
    """
    logits = np.asarray(logit, dtype=np.float64).reshape(-1)
    if len(labels) != logits.size:
        raise ValueError(f"{logits.size} logits, but {len(labels)} labels")
    index = int(logits.argmax())  # of the logits: probabilities may round to a tie
    return float(softmax(logits)[index]), index, labels[index]


def weighted_sum(features: ArrayLike, weights_of_class: ArrayLike) -> Floats:
    """Sum features (1, C, h, w) or (C, h, w) over channels, each times its weight (C,): float64 (h, w)."""
    maps = np.asarray(features, dtype=np.float64)
    weights = np.asarray(weights_of_class, dtype=np.float64).reshape(-1)
    summed = np.tensordot(weights, maps.reshape(weights.size, *maps.shape[-2:]), axes=1)
    return np.asarray(summed, dtype=np.float64)


def min_max(raw: ArrayLike) -> Floats:
    """Stretch a map to the whole of [0, 255], in float64; a constant map becomes all zeros."""
    values = np.asarray(raw, dtype=np.float64)
    raised = values - values.min()
    height = raised.max()
    return np.asarray(raised / height * 255 if height > 0 else raised)


def upsample(small: Bytes) -> Bytes:
    """Enlarge a uint8 map (h, w) to (256, 256), bilinear as cv2.resize does by default."""
    return np.asarray(cv2.resize(small, SIZE[::-1]), dtype=np.uint8)


def class_activation_map(features: ArrayLike, weight_fc: ArrayLike, index: int) -> Bytes:
    """Show where features (1, C, h, w) speak for class `index` of weight_fc (K, C): uint8 (256, 256).

    Source: assignment, part 4, step 2; Zhou et al. 2016, section 2.
    """
    raw = weighted_sum(features, np.asarray(weight_fc)[index])
    return upsample(min_max(raw).astype(np.uint8))
