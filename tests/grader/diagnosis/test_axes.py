"""Sums over another axis than the channels are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.diagnosis.axes import AXES, BOTH, COLUMNS, ROWS, is_finer
from grader.diagnosis.cam import Case, Verdict, search
from grader.diagnosis.ways import CLASSES
from tests.grader.diagnosis.test_cam import cases, enlarged, straight, to_bytes

Array = np.ndarray


def stretched(raw: Array) -> Array:
    """A map of the whole size and range."""
    return enlarged(to_bytes(255 * (raw - raw.min()) / (raw.max() - raw.min())))


def answered(summed: Callable[[Array, Array], Array], other: int | None = None) -> list[Case]:
    """What comes of as many channels as there are, with the weights of the class or of another one."""
    asked = ((np.random.default_rng(number), index) for number, index in enumerate((3, 11, 17)))
    made = ((by.normal(size=(512, 7, 7)), by.normal(size=(600, 512)), index) for by, index in asked)
    return [Case(f, w, i, stretched(summed(f, w[i if other is None else other]))) for f, w, i in made]


def weighed(f: Array, w: Array) -> Array:
    """Every product of a weight and a feature."""
    return np.asarray(w[:, None, None] * f)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("summed", "said"),
    [
        (lambda f, w: weighed(f, w).sum(1), ROWS),
        (lambda f, w: weighed(f, w).mean(-1), COLUMNS),
        (lambda f, w: weighed(f, w).sum(1).T, ROWS),
        (lambda f, w: weighed(f, w).sum((1, 2))[:, None], BOTH),
    ],
)
def test_a_sum_over_another_axis_is_named(summed: Callable[[Array, Array], Array], said: str) -> None:
    """And the class whose weights it takes beside it."""
    assert search(answered(summed)) == Verdict("", said, "")
    assert search(answered(summed, other=0)) == Verdict(CLASSES[1].fault, said, "")


def test_only_more_cells_make_a_map_finer() -> None:
    """A map of the right size is not searched for them."""
    features, weights = np.random.default_rng(3).normal(size=(512, 7, 7)), np.ones(512)
    for way in AXES:
        assert is_finer(stretched(way.do(features, weights)), (7, 7))
    assert not any(is_finer(case.answer, case.cells) for case in cases(straight))
