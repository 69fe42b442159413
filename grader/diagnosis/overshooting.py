"""Enlarging by curves, which goes beyond the range of a map: bytes that are made after it wrap around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from grader.diagnosis import enlarging
from grader.diagnosis.cam import Case, right_sums
from grader.diagnosis.finishing import LEVELS, Maps, as_floats, matches
from grader.diagnosis.nearness import MOSTLY
from grader.diagnosis.ways import Floats
from reference.cam import min_max

OVERSHOT = "enlarged by curves, the map goes beyond its range, and its bytes wrap around there"
CURVES = (cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
JUMP = 128  # levels between neighbours, which no enlarged cells have


def is_overshot(cases: Sequence[Case]) -> bool:
    """Return whether some of right maps wrap around where enlarging went beyond their range."""
    return any(_jumps(case.answer) and _is_wrapped(case) for case in cases)


def _jumps(answer: Maps) -> bool:
    """Return whether two neighbours are as far apart as wrapping around brings them."""
    if answer.dtype != np.uint8:
        return False
    levels = answer.astype(np.int64)
    return any(bool((np.abs(np.diff(levels, axis=axis)) > JUMP).any()) for axis in (0, 1))


def _enlarged(case: Case) -> Iterator[Floats]:
    """Yield the levels of each right sum, enlarged before they become bytes."""
    size = case.answer.shape
    for levels in map(min_max, right_sums(case)):
        for curve in CURVES:
            yield as_floats(cv2.resize(levels, size[::-1], interpolation=curve))
        for method in enlarging.METHODS:
            yield enlarging.enlarged(levels, size, method)


def _is_wrapped(case: Case) -> bool:
    return any(_wraps_into(case.answer, large) for large in _enlarged(case))


def _wraps_into(answer: Maps, large: Floats) -> bool:
    """Return whether levels that go beyond bytes give an answer, there too."""
    beyond = (large <= -1) | (large >= 256)
    bytes = as_floats(np.trunc(large).astype(np.int64).astype(np.uint8))
    if not beyond.any() or not matches(answer, bytes, MOSTLY):
        return False
    return bool(np.median(np.abs(as_floats(answer)[beyond] - bytes[beyond])) <= LEVELS)
