"""Every way to stretch a sum to levels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.diagnosis.bending import bend, extremes, stretched
from grader.diagnosis.normalising import BENDS, DIVISORS, ENDINGS, OFFSETS, TOPS
from grader.diagnosis.stretches import MOST_FAULTS, Stretch, _said_twice, fault_counts, stretches


@given(st.integers(0, len(stretches()) - 1), st.integers(0, 9))
def test_one_stretch_alone_gives_the_levels_of_all_together(number: int, seed: int) -> None:
    """To the last digit: what is searched by the one is confirmed by the other."""
    every = np.random.default_rng(seed).normal(size=(3, 5, 4))
    ends = extremes(every)

    together = bend(every[0], ends).levels(np.array([number]))[0]

    np.testing.assert_array_equal(stretched(number, every[0], ends), together)


def test_what_is_enlarged_once_it_was_bent_has_other_extremes() -> None:
    """A ReLU before enlarging is none after it."""
    sums, numbers = np.array([[-3.0, 1.0]]), np.array([0])
    ends = extremes(sums[None])
    relu = next(number for number, one in enumerate(stretches()) if one.ids == ("relu", "", "", "", ""))

    def enlarging(values: np.ndarray) -> np.ndarray:
        return np.array([[values[0, 0], values.mean(), values[0, 1]]])

    assert np.allclose(stretched(relu, sums, ends, enlarging), [[0, 127.5, 255]])
    assert np.allclose(stretched(relu, enlarging(sums), ends), [[0, 0, 255]])
    assert np.allclose(bend(sums, ends, enlarging=enlarging).levels(numbers)[0], [[0, 127.5, 255]])


@pytest.mark.slow
def test_every_combination_of_few_faults_is_there() -> None:
    """But for those that others say in plainer words: none is left out for the faults of its line alone."""
    kinds = BENDS, OFFSETS, DIVISORS, TOPS, ENDINGS
    every = {steps: len(Stretch(*steps).faults) for steps in product(*kinds)}
    few = {steps for steps, faults in every.items() if faults <= MOST_FAULTS}
    there = {one.steps for one in stretches()}

    assert there <= few
    assert there >= {steps for steps in few if not _said_twice(Stretch(*steps))}


def test_the_fewest_faults_come_first() -> None:
    """The first of all is the right one."""
    counts = fault_counts()

    assert counts[0] == 0 and stretches()[0].fault == ""
    assert (np.diff(counts) >= 0).all()
