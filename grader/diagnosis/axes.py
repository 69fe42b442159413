"""Sums over another axis than the channels: a map with a row, or a column, for every channel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.diagnosis.finishing import Maps, as_floats, spread
from grader.diagnosis.ways import SUMS, Floats, Sum, Way

OFTEN = 3  # times a range for each cell, that levels rise and fall: no map of so few cells does
ROWS = "the sum is taken over rows, not over channels"
COLUMNS = "the sum is taken over columns, not over channels"
BOTH = "the sum is taken over rows and columns, not over channels"


def _kept(f: Floats, w: Floats) -> Floats:
    """Return weighted features (..., C) of what is left of features (C, n)."""
    return np.asarray(w[..., None] * f)


AXES: tuple[Way, ...] = (
    Way(ROWS, lambda f, w: _kept(f.sum(axis=1), w)),
    Way(COLUMNS, lambda f, w: _kept(f.sum(axis=2), w)),
    Way(BOTH, lambda f, w: _kept(f.sum(axis=(1, 2))[:, None], w)),
    Way(ROWS, lambda f, w: _kept(f.sum(axis=1), w).swapaxes(-1, -2)),
    Way(COLUMNS, lambda f, w: _kept(f.sum(axis=2), w).swapaxes(-1, -2)),
    Way(BOTH, lambda f, w: _kept(f.sum(axis=(1, 2))[:, None], w).swapaxes(-1, -2)),
)
RIGHT = Sum(*(axis[0] for axis in SUMS))
OVER_OTHERS: tuple[Sum, ...] = tuple(replace(RIGHT, join=way) for way in AXES)


def is_over_others(sums: str) -> bool:
    """Return whether words of a sum tell that it is taken over another axis than the channels."""
    return any(way.fault in sums for way in AXES)


def is_finer(answer: Maps, cells: tuple[int, ...]) -> bool:
    """Return whether a map's levels rise and fall more often than those of some cells, enlarged, can."""
    levels = as_floats(answer)
    moved = max(float(np.abs(np.diff(levels, axis=axis)).sum(axis=axis).max()) for axis in (0, 1))
    return moved > OFTEN * max(cells) * spread(levels)
