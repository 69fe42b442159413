"""The search for the steps behind maps: many ways are held against an answer together."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from grader.diagnosis.cam import Case, _pairs
from grader.diagnosis.searching import AT_ONCE, RIGHT, _Search
from tests.grader.diagnosis.test_cam import cases, made


@pytest.mark.parametrize("cells", [(7, 7), (7, 5)])
def test_ways_that_are_held_together_fare_as_each_alone(cells: tuple[int, int]) -> None:
    """In their order, those that turn the map too, which then has other sides."""
    wrong = [pair for pair in _pairs() if pair.cost][: 5 * AT_ONCE + 1]
    meant = next(pair for pair in wrong if pair.sums.turn.fault)
    case = _of(cases(made(sums=meant.sums))[0], cells)
    shown = replace(case, answer=cv2.resize(meant.raw(case), (200, 300)))
    search = _Search([replace(shown, answer=_stretched(shown.answer))], wrong)

    together = list(search._promising(wrong))

    assert together == [pair for pair in wrong if search._fits(pair, 0, RIGHT).all()]
    assert meant in together and len(together) < len(wrong)


def test_ways_that_are_one_in_the_first_question_are_looked_at_once() -> None:
    """Each is told as it would be alone."""
    right = [pair for pair in _pairs() if not pair.cost]
    case = cases(made())[0]
    shown = replace(case, features=np.abs(case.features))
    search = _Search([replace(shown, answer=_stretched(right[0].raw(shown)))], right)

    assert [search._near(pair, 0).tolist() for pair in right] == [[0] for _ in right]
    assert search.first.cache_info().misses == 1 < len(right)


def _of(case: Case, cells: tuple[int, int]) -> Case:
    rows, columns = cells
    return replace(case, features=case.features[:, :rows, :columns])


def _stretched(sums: np.ndarray) -> np.ndarray:
    return np.asarray(255 * (sums - sums.min()) / (sums.max() - sums.min()))
