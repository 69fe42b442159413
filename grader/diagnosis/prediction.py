"""Predictions: what a wrong index or a wrong probability is instead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

OTHER = "none that is known"
TOLERANCE = 0.0015  # of a probability printed with three digits


def wrong_index(value: int, logit: NDArray[np.float32]) -> str:
    """Say what a wrong index is the index of, given logits (1000,)."""
    order = np.argsort(-logit)
    known = {
        0: "class 0, whatever the logits",
        int(order[1]): "the second best",
        int(order[-1]): "the least probable",
    }
    return known.get(value, OTHER)


def wrong_probability(value: float, logit: NDArray[np.float32]) -> str:
    """Say what a wrong probability is, given logits (1000,)."""
    logits = logit.astype(np.float64)
    exps = np.exp(logits - logits.max())
    shares = np.sort(exps / exps.sum())
    known = {
        "the logit itself": logits.max(),
        "a percentage": shares[-1] * 100,
        "the logarithm of the probability": np.log(shares[-1]),
        "a sigmoid of the logit": 1 / (1 + np.exp(-logits.max())),
        "the second best's probability": shares[-2],
        "the probability of the least probable class": shares[0],
    }
    return next((name for name, number in known.items() if abs(number - value) <= TOLERANCE), OTHER)
