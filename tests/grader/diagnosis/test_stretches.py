"""Every way to stretch a sum to levels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.diagnosis.stretches import bend, extremes, fault_counts, stretched, stretches


@given(st.integers(0, len(stretches()) - 1), st.integers(0, 9))
def test_one_stretch_alone_gives_the_levels_of_all_together(number: int, seed: int) -> None:
    """To the last digit: what is searched by the one is confirmed by the other."""
    every = np.random.default_rng(seed).normal(size=(3, 5, 4))
    ends = extremes(every)

    together = bend(every[0], ends).levels(np.array([number]))[0]

    np.testing.assert_array_equal(stretched(number, every[0], ends), together)


def test_the_fewest_faults_come_first() -> None:
    """The first of all is the right one."""
    counts = fault_counts()

    assert counts[0] == 0 and stretches()[0].fault == ""
    assert (np.diff(counts) >= 0).all()
