"""A sketch is the same on both sides of the wall, and another one for another array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.wall.sketch import LENGTH, STRIPES, sketch

ARRAYS = arrays.arrays(np.float32, st.integers(1, 400), elements=st.integers(-9, 9))


@given(ARRAYS, st.integers(0, 399))
@pytest.mark.slow
def test_a_changed_element_shows(array: np.ndarray, place: int) -> None:
    """Whichever it is."""
    other = array.copy()
    other[place % len(array)] += 1

    assert sketch(array).shape == (LENGTH,)
    assert not np.array_equal(sketch(array), sketch(other))


@given(ARRAYS)
def test_it_is_made_of_sums(array: np.ndarray) -> None:
    """All stripes together are the array's sum; the norm stands last."""
    found = sketch(array)

    assert np.isclose(found[:STRIPES].sum(), array.sum(dtype=np.float64))
    assert np.isclose(found[-1], np.linalg.norm(array.astype(np.float64)))
