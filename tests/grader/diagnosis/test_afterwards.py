"""What is done to a right map beside enlarging it is named."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from grader.diagnosis.afterwards import CUT_OFF, beside_enlarging
from grader.diagnosis.ways import weighted
from reference.cam import min_max
from tests.grader.diagnosis.test_cam import cases

Array = np.ndarray
DONE: dict[str, tuple[Callable[[Array], Array], str]] = {
    "np.resize": (lambda small: np.resize(small, (256, 256)), "repeated one after the other"),
    "blocks, which are as right": (lambda small: small.repeat(37, 0).repeat(37, 1)[:256, :256], ""),
    "zeros": (lambda small: np.pad(small, ((0, 249), (0, 249))), "filled up with zeros"),
    "a blur, which is as right": (lambda small: cv2.GaussianBlur(large(small), (11, 11), 0), ""),
    "a threshold": (lambda small: np.where(large(small) < 90, 0, large(small)), CUT_OFF),
    "nothing": (lambda small: large(small), ""),
    "another map": (lambda small: large(small.T), ""),
    "nothing left": (lambda small: 0 * large(small), ""),
}


def large(small: Array) -> Array:
    """A map enlarged as it must be."""
    return np.asarray(cv2.resize(small, (256, 256)))


@pytest.mark.parametrize("case", DONE)
def test_what_else_is_done_is_named(case: str) -> None:
    """Where the map is right but for that."""
    do, words = DONE[case]
    asked = cases(lambda f, w, i: do(min_max(weighted(f, w[i])).astype(np.uint8)))

    found = beside_enlarging(asked)

    assert words in found if words else found == ""
