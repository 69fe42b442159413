"""Each library's way of enlarging is what its matrix says, and can be undone."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.enlarging import METHODS, before, enlarged

SMALL = np.random.default_rng(3).normal(size=(7, 6))


@pytest.mark.parametrize("method", METHODS)
def test_rows_and_columns_are_enlarged_alike(method: str) -> None:
    """A map that varies in one direction only is the other one's, turned."""
    column = np.repeat(SMALL[:, :1], 7, axis=1)

    tall, wide = enlarged(column, (50, 60), method), enlarged(column.T, (60, 50), method)

    assert tall.shape == (50, 60)
    assert np.allclose(tall, wide.T)
    assert np.allclose(enlarged(np.ones((7, 6)), (50, 60), method), 1, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_what_was_enlarged_is_found(method: str) -> None:
    """From the large map alone."""
    assert np.allclose(before(enlarged(SMALL, (256, 200), method), SMALL.shape, method), SMALL, atol=1e-4)
