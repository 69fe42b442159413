"""How alike two maps are that may be stretched in different ways: their correlation."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.ways import Floats

ALIKE = 0.97  # a correlation of two maps of a few dozen cells that others do not come near
SHOWN = 3.0  # times the rounding of bytes that a map's range must have, to be like anything


def correlations(sums: Floats, seen: Floats) -> Floats:
    """The correlation of each of some sums (N, cells) with what is seen of a map (cells)."""
    sums, seen = sums - sums.mean(axis=-1, keepdims=True), seen - seen.mean()
    lengths = np.linalg.norm(sums, axis=-1) * np.linalg.norm(seen)
    return np.asarray(sums @ seen / np.maximum(lengths, 1e-12))
