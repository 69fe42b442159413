"""Maps that go up and down together are alike, whatever they are stretched by."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.diagnosis.likeness import ALIKE, correlations

SEEN = np.random.default_rng(3).random(49)


@given(st.floats(0.1, 100), st.floats(-50, 50))
def test_a_stretch_changes_nothing(factor: float, offset: float) -> None:
    """A negative one turns a map round, and another map is not like it."""
    other = np.random.default_rng(4).random(49)

    same, turned, different = correlations(np.stack([SEEN, -SEEN, other]), factor * SEEN + offset)

    assert np.isclose(same, 1) and np.isclose(turned, -1)
    assert abs(different) < ALIKE


def test_a_flat_map_is_like_none() -> None:
    """Nothing goes up or down in it."""
    assert correlations(np.ones((1, 49)), SEEN) == 0
