"""A map in whatever form is brought to rows and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.diagnosis.cam import Case
from grader.evidence import shown
from grader.evidence.shown import plain

RANDOM = np.random.default_rng(7)
FEATURES, WEIGHT = RANDOM.random((4, 7, 7)), RANDOM.normal(size=(3, 4))


@pytest.mark.parametrize(
    ("answer", "shape"),
    [
        (np.zeros((256, 256), np.uint8), (256, 256)),
        (np.zeros((7, 7), np.uint8), (7, 7)),
        (np.zeros((1, 256, 256, 1), np.float32), (256, 256)),
        (np.zeros((256, 256, 3), np.uint8), (256, 256)),
        (np.zeros((3, 224, 224), np.uint8), (224, 224)),
        (np.zeros(49), (7, 7)),
        (np.zeros(50), None),
        (np.zeros((1, 40_001)), None),
        (np.zeros((2, 40_000)), (256, 256)),
        (np.zeros((3000, 3000), np.uint8), (256, 256)),
        (np.zeros((1, 1)), None),
        (np.zeros((4, 4, 4, 4)), None),
        (np.zeros((9, 9), np.bool_), None),
        (np.float64(3.0), None),
    ],
)
def test_maps_are_brought_to_rows_and_columns(answer: Any, shape: tuple[int, int] | None) -> None:
    """Any picture of one or three channels becomes a map, and a row of a square's length; else none."""
    found = plain(np.asarray(answer))

    assert (None if found is None else found.shape) == shape


def of(low: float, high: float, index: int = 0) -> Case:
    """A question whose answer is the right sum along a straight line from one level to another."""
    total = np.tensordot(WEIGHT[index], FEATURES, 1)
    return Case(FEATURES, WEIGHT, index, low + (high - low) * (total - total.min()) / np.ptp(total))


FLAT = Case(FEATURES, WEIGHT, 0, np.zeros((7, 7)))
NO_MAP = Case(FEATURES, WEIGHT, 0, np.zeros(50))


def test_one_map_for_every_question_is_constant() -> None:
    """Flat ones show nothing, which is another fault."""
    assert shown.is_constant([of(0, 255), of(0, 255)])
    assert not shown.is_constant([of(0, 255), of(0, 255, 1)])
    assert not shown.is_constant([FLAT, FLAT])
    assert not shown.is_constant([of(0, 255)])


def test_flat_maps_and_a_single_one_show_nothing() -> None:
    assert shown.is_nothing([FLAT, of(0, 255), of(0, 255)])
    assert not shown.is_nothing([FLAT, of(0, 255), of(0, 255, 1)])


def test_a_range_is_told_where_all_maps_have_it() -> None:
    """From 0 on but for rounding; maps that bend, or are none, have no straight one."""
    assert shown.straight_range([of(0, 200), of(1, 201, 1)]) == "[0, 200]"
    assert shown.straight_range([of(-1, 1), of(-1, 1, 1)]) == "[-1, 1]"
    for other in (of(0, 180, 1), of(20, 220, 1), FLAT, NO_MAP):
        assert not shown.straight_range([of(0, 200), other])


def test_every_map_must_be_a_line_of_the_sum() -> None:
    """One that is no map is no line."""
    assert shown.is_linear([of(20, 200), of(0, 99, 1)])
    assert not shown.is_linear([of(20, 200), NO_MAP])
    assert shown.is_stretched([of(0, 255), of(0, 255, 1)])
    assert not shown.is_stretched([of(0, 255), of(0, 200, 1)])
    assert not shown.is_stretched([of(0, 255), NO_MAP])
