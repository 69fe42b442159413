"""Middles of cells are near to the levels that they were enlarged from, and to no others."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from grader.diagnosis.finishing import centres
from grader.diagnosis.nearness import close, mixings, roughly, varied, wrapped

SIZE, CELLS = 256, 7
MIXED = mixings((CELLS, CELLS), (SIZE, SIZE))
AT = np.ix_(centres(CELLS, SIZE), centres(CELLS, SIZE))
LEVELS = np.random.default_rng(5).uniform(0, 255, (CELLS, CELLS))
PEAK = np.zeros((CELLS, CELLS))
PEAK[2, 3] = 255.0


def middles(levels: np.ndarray) -> np.ndarray:
    """What stands in the middle of each cell of an enlarged map of bytes."""
    small = np.mod(np.trunc(levels), 256).astype(np.uint8)
    return np.asarray(cv2.resize(small, (SIZE, SIZE))[AT], np.float64)


@pytest.mark.parametrize(
    "levels", [LEVELS, LEVELS / 50, LEVELS / 255 * 256, LEVELS * 2 - 100, PEAK, PEAK / 255]
)
def test_what_was_enlarged_is_near(levels: np.ndarray) -> None:
    """Whether it has many levels or two, and where it wraps around."""
    found = middles(levels)

    assert roughly(levels[None], found).all()
    assert close(levels[None], found, MIXED).all()


@pytest.mark.parametrize("levels", [LEVELS * 2 - 100, LEVELS * 9, -LEVELS])
def test_what_wraps_around_is_no_other_map(levels: np.ndarray) -> None:
    """One look at all cells tells it, unless cells were mixed since."""
    elsewhere = np.stack([levels[::-1], levels.T, levels + 90])

    assert not roughly(elsewhere, middles(levels)).any()
    assert roughly(elsewhere, middles(levels), mixed=True).all()


def test_a_peak_is_near_to_itself_alone() -> None:
    """Modulo 256 a level of -255 is 1, which is next to 0: no reason to take it for the peak."""
    wrapped = np.where(PEAK > 0, 0.0, -255.0)
    elsewhere = PEAK[::-1]

    assert not close(np.stack([wrapped, elsewhere]), middles(PEAK), MIXED).any()
    assert not close(wrapped[None], middles(PEAK / 255), MIXED).any()


def test_most_of_a_sparse_map_says_nothing() -> None:
    """A map varies where no level fills half of it."""
    assert varied(LEVELS) and not varied(PEAK)


def test_levels_wrap_around_as_numpy_says() -> None:
    """Whatever they are: what is no number is 0."""
    levels = np.array([0.0, 255.0, 256.0, -1.0, -257.0, 5e12, 1e300, -1e300, np.nan, np.inf, -np.inf])

    assert np.array_equal(wrapped(levels), np.mod(np.nan_to_num(levels), 256))
