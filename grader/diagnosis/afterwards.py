"""What is done to maps instead of enlarging them, or afterwards: repeated, filled up, cut off from below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.asked import Asked
from grader.diagnosis.cam import Case
from grader.diagnosis.finishing import Maps, as_floats, matches
from grader.diagnosis.ways import weighted
from reference.cam import min_max

Bytes = NDArray[np.uint8]
Size = tuple[int, ...]
LEAST = 32  # pixels of a side: less is no enlarging
CUT = 0.98  # of the pixels: next to the level that is cut at, rounding decides
SPREAD = 8  # levels of what is left: of one level alone nothing tells what it was before
SEEN = 0.02  # of the pixels that must have been cut off, to be told from rounding
CUT_OFF = "low levels are set to 0 as well"


class Enlarged(NamedTuple):
    """Maps as they are once enlarged, and what was done to them instead, "" where they are as they were."""

    cases: Sequence[Case]
    instead: str = ""


def _of_repeated(answer: Maps, cells: Size) -> Maps | None:
    small = answer.ravel()[: cells[0] * cells[1]].reshape(cells)
    return small if np.array_equal(np.resize(small, answer.shape), answer) else None


def _of_tiles(answer: Maps, cells: Size) -> Maps | None:
    small = answer[: cells[0], : cells[1]]
    times = [-(-side // few) for side, few in zip(answer.shape, cells, strict=True)]
    made = np.tile(small, times)[: answer.shape[0], : answer.shape[1]]
    return small if np.array_equal(made, answer) else None


def _of_padded(answer: Maps, cells: Size) -> Maps | None:
    more = [side - few for side, few in zip(answer.shape, cells, strict=True)]
    for before in ([0, 0], [each // 2 for each in more], more):
        at = tuple(slice(first, first + few) for first, few in zip(before, cells, strict=True))
        if np.count_nonzero(answer) == np.count_nonzero(answer[at]):
            return np.asarray(answer[at])
    return None


WAYS: tuple[tuple[str, Callable[[Maps, Size], Maps | None]], ...] = (
    ("its values are repeated one after the other", _of_repeated),
    ("it is laid side by side, as tiles are", _of_tiles),
    ("it is filled up with zeros", _of_padded),
)


def enlarged(cases: Sequence[Case]) -> Enlarged:
    """Enlarge maps to which something else was done instead, whatever they show."""
    for words, undo in WAYS:
        small = [_before(case, undo) for case in cases]
        whole = [
            replace(case, answer=cv2.resize(each, case.answer.shape[::-1]))
            for case, each in zip(cases, small, strict=True)
            if each is not None
        ]
        if whole and len(whole) == len(cases):
            return Enlarged(whole, words)
    return Enlarged(cases)


def _before(case: Case, undo: Callable[[Maps, Size], Maps | None]) -> Maps | None:
    """Return the few cells of a map, as OpenCV can enlarge them; None where they don't vary."""
    answer, cells = case.answer, case.features.shape[1:]
    if answer.ndim != 2 or min(answer.shape) < max(LEAST, *cells):
        return None
    small = undo(answer, cells)
    if small is None or small.min() == small.max():
        return None
    return small if small.dtype == np.uint8 else as_floats(small)


def beside_enlarging(cases: Sequence[Case]) -> str:
    """Return what was done to every map instead of enlarging it, or to right ones after it; "" if nothing."""
    shown = [case for case in cases if case.answer.ndim == 2 and min(case.answer.shape) >= LEAST]
    if instead := enlarged(shown).instead:
        return instead
    return CUT_OFF if shown and all(map(_is_cut_off, shown)) else ""


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
