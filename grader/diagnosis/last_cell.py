"""What the last cell's arrays are, where they are not what they should be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.causes import because
from grader.records.reason import Reason

Array = NDArray[Any]


def are_features(features: Array, wanted: Array) -> bool:
    """Say whether features are those of the kit's network, whatever resized the image."""
    near = 1e-2 * float(np.abs(wanted).max())
    return features.shape == wanted.shape and bool(np.allclose(features, wanted, rtol=1e-2, atol=near))


def what_weight(weight: Array, true: Array) -> Reason:
    """Say what a wrong weight holds instead."""
    with np.errstate(all="ignore"):
        ratio = float((weight * true).sum() / (true * true).sum())
    if np.allclose(weight, ratio * true, rtol=1e-3, atol=1e-6):
        return because("weight_fc.scaled", got=f"{ratio:.4g}", expected="net.fc.weight")
    if np.allclose(weight, np.abs(true), rtol=1e-3, atol=1e-6):
        return because("weight_fc.absolute", expected="net.fc.weight", actual="absolute values")
    return because("weight_fc.values", expected="net.fc.weight", actual=_range(weight))


def _range(weight: Array) -> str:
    return f"values from {float(weight.min()):.4g} to {float(weight.max()):.4g}"
