"""A map in whatever form is brought to rows and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.evidence.shown import plain


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
