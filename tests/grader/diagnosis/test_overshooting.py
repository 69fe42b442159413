"""Bytes that are made of a map enlarged by curves wrap around where it went beyond its range."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from grader.diagnosis.overshooting import is_overshot
from grader.diagnosis.ways import weighted
from reference.cam import min_max
from tests.grader.diagnosis.test_cam import cases

Array = np.ndarray
MADE: dict[str, tuple[Callable[[Array], Array], bool]] = {
    "cubic": (lambda levels: enlarged(levels, cv2.INTER_CUBIC).astype(np.uint8), True),
    "Lanczos": (lambda levels: enlarged(levels, cv2.INTER_LANCZOS4).astype(np.uint8), True),
    "clipped": (lambda levels: enlarged(levels, cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8), False),
    "linear": (lambda levels: enlarged(levels, cv2.INTER_LINEAR).astype(np.uint8), False),
    "nearest": (lambda levels: enlarged(levels, cv2.INTER_NEAREST).astype(np.uint8), False),
    "bytes first": (lambda levels: enlarged(levels.astype(np.uint8), cv2.INTER_CUBIC), False),
    "floats": (lambda levels: enlarged(levels, cv2.INTER_CUBIC), False),
    "stretched anew": (
        lambda levels: min_max(enlarged(levels, cv2.INTER_CUBIC)).astype(np.uint8),
        False,
    ),
}


def enlarged(levels: Array, curve: int) -> Array:
    """A map in its full size."""
    return np.asarray(cv2.resize(levels, (256, 256), interpolation=curve))


@pytest.mark.parametrize("case", MADE)
def test_bytes_wrap_around_beyond_the_range(case: str) -> None:
    """What is clipped, stretched anew, or enlarged as bytes does not."""
    do, overshot = MADE[case]

    asked = cases(lambda f, w, i: do(min_max(weighted(f, w[i]))))

    assert is_overshot(asked) == overshot
