"""Mosaics of painted facades."""

from __future__ import annotations

import numpy as np
import pytest

from reference.mosaic import PAINTS, TILE, mosaics


@pytest.mark.slow
def test_a_mosaic_shows_nearly_every_class() -> None:
    """Tiles are cut around pixels of every class in turn, so each class has its share."""
    first, *others = mosaics(seed=1, first=0, count=3, side=4 * TILE)

    assert first.rgb.shape == (128, 128, 3)
    assert first.classes.shape == (128, 128)
    assert first.rgb.dtype == first.classes.dtype == np.uint8
    assert all(len(np.unique(picture.classes)) >= 9 for picture in (first, *others))


@pytest.mark.slow
def test_a_seed_draws_the_same_mosaics_again() -> None:
    """Another seed, or facades of other numbers, give others."""
    first = mosaics(seed=2, first=0, count=2, side=64)

    assert np.array_equal(first[1].rgb, mosaics(seed=2, first=0, count=2, side=64)[1].rgb)
    assert not np.array_equal(first[0].rgb, mosaics(seed=3, first=0, count=2, side=64)[0].rgb)
    assert not np.array_equal(first[0].rgb, mosaics(seed=2, first=50, count=2, side=64)[0].rgb)


@pytest.mark.slow
def test_a_class_has_one_paint_in_all_mosaics_of_a_seed() -> None:
    """Whatever facades they show: what is learned from some holds for others."""
    pictures = [mosaics(4, first, 2, 64)[0] for first in (0, 100)]
    facade = [picture.rgb[picture.classes == 1].mean(axis=0) for picture in pictures]

    assert np.abs(facade[0] - facade[1]).max() < 15


def test_paints_are_far_from_each_other() -> None:
    """Twelve corners of an icosahedron: colours that a filter can tell apart, within what bytes hold."""
    apart = np.linalg.norm(PAINTS[:, None] - PAINTS[None], axis=2)

    assert PAINTS.min() >= 0
    assert PAINTS.max() <= 255
    assert apart[~np.eye(12, dtype=bool)].min() > 100
