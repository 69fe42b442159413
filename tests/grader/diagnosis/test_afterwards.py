"""What is done to a right map beside enlarging it is named."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from grader.diagnosis.afterwards import CUT_OFF, beside_enlarging, enlarged
from grader.diagnosis.ways import weighted
from reference.cam import min_max
from tests.grader.diagnosis.test_cam import cases

Array = np.ndarray
DONE: dict[str, tuple[Callable[[Array], Array], str]] = {
    "np.resize": (lambda small: np.resize(small, (256, 256)), "repeated one after the other"),
    "blocks, which are as right": (lambda small: small.repeat(37, 0).repeat(37, 1)[:256, :256], ""),
    "zeros": (lambda small: np.pad(small, ((0, 249), (0, 249))), "filled up with zeros"),
    "zeros before": (lambda small: np.pad(small, ((249, 0), (249, 0))), "filled up with zeros"),
    "zeros around": (lambda small: np.pad(small, ((124, 125), (124, 125))), "filled up with zeros"),
    "zeros around another map": (lambda small: np.pad(90 - small.T / 9, ((124, 125), (124, 125))), "filled"),
    "tiles": (lambda small: np.tile(small, (37, 37))[:256, :256], "laid side by side"),
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


def test_what_was_not_enlarged_is_judged_as_if_it_were() -> None:
    """Whatever it shows: its own faults are told by the map that enlarging gives."""

    def upside_down(f: Array, w: Array, i: int) -> Array:
        return min_max(weighted(f, w[i])).astype(np.uint8)[::-1]

    repeated = cases(lambda f, w, i: np.resize(upside_down(f, w, i), (256, 256)))
    meant = cases(lambda f, w, i: large(upside_down(f, w, i)))

    found = enlarged(repeated)

    assert found.instead and not enlarged(meant).instead
    for one, other in zip(found.cases, meant, strict=True):
        assert np.array_equal(one.answer, other.answer)
