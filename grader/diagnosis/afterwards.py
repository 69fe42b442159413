"""What becomes of a right map: repeated or padded instead of enlarged, cut off from below afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.asked import Asked
from grader.diagnosis.finishing import Maps, as_floats, matches
from grader.diagnosis.ways import weighted
from reference.cam import min_max

Bytes = NDArray[np.uint8]
Size = tuple[int, ...]
CUT = 0.98  # of the pixels: next to the level that is cut at, rounding decides
SPREAD = 8  # levels of what is left: of one level alone nothing tells what it was before
SEEN = 0.02  # of the pixels that must have been cut off, to be told from rounding


def _repeated(small: Bytes, size: Size) -> Iterator[Maps]:
    yield np.resize(small, size)


def _padded(small: Bytes, size: Size) -> Iterator[Maps]:
    more = [side - cells for side, cells in zip(size, small.shape, strict=True)]
    for before in ([0, 0], [each // 2 for each in more]):
        yield np.pad(small, [(first, all - first) for first, all in zip(before, more, strict=True)])


WAYS: tuple[tuple[str, Callable[[Bytes, Size], Iterator[Maps]]], ...] = (
    ("its values are repeated one after the other", _repeated),
    ("it is filled up with zeros", _padded),
)
CUT_OFF = "low levels are set to 0 as well"


def beside_enlarging(cases: Sequence[Asked]) -> str:
    """Return what was done to every right map instead of enlarging it, or after it; "" if nothing known."""
    shown = [case for case in cases if case.answer.ndim == 2 and min(case.answer.shape) >= 32]
    for words, do in WAYS if shown else ():
        if all(_is_made(case, do) for case in shown):
            return words
    return CUT_OFF if shown and all(map(_is_cut_off, shown)) else ""


def _is_made(case: Asked, do: Callable[[Bytes, Size], Iterator[Maps]]) -> bool:
    size = case.answer.shape
    return any(matches(case.answer, as_floats(made)) for small in _small(case) for made in do(small, size))


def _is_cut_off(case: Asked) -> bool:
    """Return whether a map is a right one in which the lowest levels are 0."""
    answer = as_floats(case.answer)
    low = answer <= 0
    if low.all() or low.mean() < SEEN:
        return False
    least = float(answer[~low].min())
    for small in _small(case):
        large = as_floats(cv2.resize(small, case.answer.shape[::-1]))
        cut = np.where(large >= least, large, 0)
        kept = answer[~low]
        if (large[low] > 1).any() and np.ptp(kept) > SPREAD and matches(case.answer, cut, CUT):
            return True
    return False


def _small(case: Asked) -> Iterator[Bytes]:
    """Yield the right map of a few cells, rounded in either way."""
    levels = min_max(weighted(case.features, case.weight[case.index]))
    for rounding in (np.trunc, np.rint):
        yield rounding(levels).astype(np.uint8)
