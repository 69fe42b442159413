"""A few sums that stand for a large array: arrays that differ, but for rounding, have other sums."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIPES = 61  # a prime, so that no row or column of a layer falls into one stripe
LENGTH = STRIPES + 1


def sketch(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return the sums of every 61st element, from each of the first 61 on, and the norm: float64 (62,)."""
    flat = array.reshape(-1)
    whole = flat[: len(flat) // STRIPES * STRIPES].reshape(-1, STRIPES)
    sums = whole.sum(axis=0, dtype=np.float64)
    rest = flat[whole.size :]
    sums[: len(rest)] += rest
    square = np.einsum("i,i->", flat, flat, dtype=np.float64)  # without a copy of its size
    return np.append(sums, np.sqrt(square))
