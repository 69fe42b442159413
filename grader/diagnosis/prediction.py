"""Predictions: what a wrong index or a wrong probability is instead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

OTHER = "none that is known"
BY_SIGMOID = "a sigmoid of the logit"
TOLERANCE = 0.0015  # of a probability printed with three digits


SECOND, LEAST = "the second best", "the least probable"
SEEN = 0.02  # a probability that no other class of a question has, but for the best


def wrong_index(value: int, logit: NDArray[np.float32]) -> str:
    """Say what a wrong index is the index of, given logits (1000,)."""
    order = np.argsort(-logit)
    known = {
        0: "class 0, whatever the logits",
        int(order[1]): SECOND,
        int(order[-1]): LEAST,
    }
    return known.get(value, OTHER)


def is_saturated(index: int, logit: NDArray[np.float32]) -> bool:
    """Say whether a sigmoid of float32 can't tell a class from the best one, given logits (1000,)."""
    sigmoid = 1 / (1 + np.exp(-logit.astype(np.float32)))
    return 0 <= index < len(sigmoid) and bool(sigmoid[index] >= sigmoid.max() - 2e-7)


def is_told(index: int, logit: NDArray[np.float32]) -> bool:
    """Say whether an index was told by the logits (1000,): nearly every class has the probability 0.000."""
    exps = np.exp(logit.astype(np.float64) - logit.max())
    return bool(exps[index] > SEEN * exps.sum()) or wrong_index(index, logit) in (SECOND, LEAST)


def wrong_probability(value: float, logit: NDArray[np.float32]) -> str:
    """Say what a wrong probability is, given logits (1000,)."""
    logits = logit.astype(np.float64)
    exps = np.exp(logits - logits.max())
    shares = np.sort(exps / exps.sum())
    known = {
        "the logit itself": logits.max(),
        "a percentage": shares[-1] * 100,
        "the logarithm of the probability": np.log(shares[-1]),
        BY_SIGMOID: 1 / (1 + np.exp(-logits.max())),
        "the second best's probability": shares[-2],
        "the probability of the least probable class": shares[0],
    }
    return next((name for name, number in known.items() if abs(number - value) <= TOLERANCE), OTHER)
