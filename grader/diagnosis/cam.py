"""Class activation maps: the family of known faults, and the search for the one behind the student's numbers.

A map is made in four steps - which weights, how they are summed, how the sum is stretched to [0, 255], how
it is enlarged. Each step has its right way and its known wrong ones; the search tries their combinations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.ways import CLASSES, STRETCHES, SUMS, Floats, Way, spread, weighted
from reference.cam import SIZE

Maps = NDArray[np.generic]
LEVELS = 2.0  # of 255: rounding against truncation, before or after enlarging


def _wrap(values: Floats, rounding: Callable[[Floats], Floats]) -> NDArray[np.uint8]:
    """Convert to bytes as numpy does: what doesn't fit wraps around."""
    return (np.nan_to_num(rounding(values)).astype(np.int64) % 256).astype(np.uint8)


def _clip(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def finishes(values: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield the right ways to go from a stretched (h, w) map to levels of the student's own size."""
    whole = size[::-1]
    for rounding in (np.trunc, np.rint, np.floor):
        yield _float(cv2.resize(_wrap(values, rounding), whole))
    yield _float(cv2.resize(_clip(values), whole))
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST, cv2.INTER_AREA, cv2.INTER_LANCZOS4):
        yield _float(cv2.resize(_wrap(values, np.trunc), whole, interpolation=method))
        enlarged = cv2.resize(values, whole, interpolation=method)
        yield _float(_wrap(enlarged, np.trunc))
        yield _float(_clip(enlarged))
        yield np.asarray(enlarged, dtype=np.float64)  # left as floats: map.dtype


def _float(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)


def stretched_late(raw: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield maps enlarged before they are stretched, which is as right."""
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):
        enlarged = np.asarray(cv2.resize(raw, size[::-1], interpolation=method), dtype=np.float64)
        yield np.floor((enlarged - enlarged.min()) / spread(enlarged) * 255)


def matches(found: Maps, candidate: Floats) -> bool:
    """Say whether two maps are equal but for rounding (a single level may wrap from 0 to 255)."""
    if found.shape != candidate.shape:
        return False
    return bool((np.abs(found.astype(np.float64) - candidate) <= LEVELS).all())


@dataclass(frozen=True)
class Case:
    """One question to returnCAM and its answer: features (C, h, w), weight (K, C)."""

    features: Floats
    weight: Floats
    index: int
    answer: Maps


def right_maps(case: Case) -> Iterator[Floats]:
    """Yield every right map, of the answer's own size, right or not (the cause `map.shape`)."""
    raw = weighted(case.features, case.weight[case.index])
    yield from finishes(STRETCHES[0].do(raw), case.answer.shape)
    yield from stretched_late(raw, case.answer.shape)


@dataclass(frozen=True)
class Verdict:
    """The ways that give the student's maps; each "" where that step is right."""

    classes: str
    sums: str
    stretch: str


def search(cases: Sequence[Case]) -> Verdict | None:
    """Find the combination of ways that gives every answer; the fewest faults first."""
    ways = sorted(product(CLASSES, SUMS, STRETCHES), key=lambda way: sum(bool(step.fault) for step in way))

    @cache
    def raw(classes: Way, sums: Way, number: int) -> Floats:
        case = cases[number]
        return sums.do(case.features, classes.do(case.features, case.weight, case.index))

    return next((Verdict(*(step.fault for step in way)) for way in ways if _explains(way, cases, raw)), None)


def _explains(ways: tuple[Way, Way, Way], cases: Sequence[Case], sum_of: Callable[..., Floats]) -> bool:
    classes, sums, stretch = ways
    for number, case in enumerate(cases):
        with np.errstate(all="ignore"):
            raw = sum_of(classes, sums, number)
            slack = 0.05 if stretch.fault else 0.2  # of a map stretched late the extremes are others
            if not _near(case.answer, stretch.do(raw), slack):
                return False
            size = case.answer.shape
            late = stretched_late(raw, size) if not stretch.fault else iter(())
            candidates = (*finishes(stretch.do(raw), size), *late)
            if not any(matches(case.answer, candidate) for candidate in candidates):
                return False
    return True


def _near(answer: Maps, values: Floats, slack: float) -> bool:
    """Reject quickly: at the centre of a cell of the small map, enlarging keeps the cell's value.

    Bytes may have wrapped or been cut; `slack` is the part of the range that enlarging may move a value by.
    """
    if answer.ndim != 2 or not np.isfinite(values).all():
        return answer.ndim == 2
    rows, columns = (_centres(n, size) for n, size in zip(values.shape, answer.shape, strict=True))
    found = answer[np.ix_(rows, columns)].astype(np.float64)
    distance = np.abs(found - values) % 256
    wrapped, cut = np.minimum(distance, 256 - distance), np.abs(found - np.clip(values, 0, 255))
    whole = values.min() >= 0 and values.max() < 256
    moved = slack * (spread(values) if whole else max(spread(values), 256.0))
    return bool((np.minimum(wrapped, cut) <= LEVELS + 1 + moved).all())


def _centres(cells: int, size: int) -> NDArray[np.intp]:
    """Return the pixels, of `size`, in the middle of each cell."""
    return np.rint((np.arange(cells) + 0.5) * size / cells - 0.5).astype(np.intp)


def follows(case: Case, answer: Maps) -> bool:
    """Say whether a map rises with the right weighted sum: mostly over half of its range, never down.

    A map that is the same everywhere never falls either, and shows nothing.
    """
    raw = weighted(case.features, case.weight[case.index])
    rows, columns = (_centres(cells, side) for cells, side in zip(raw.shape, answer.shape, strict=True))
    got = np.nan_to_num(answer.astype(np.float64))[np.ix_(rows, columns)].ravel()
    wanted = raw.ravel() / spread(raw)
    step = max(1.0, 0.02 * float(got.max() - got.min()))
    by, higher = wanted[:, None] - wanted[None, :], got[:, None] - got[None, :]
    falls = (by > 0.05) & (higher < -step)  # less is lost in enlarging
    return not falls.any() and bool((higher[by > 0.5] > step).mean() >= 0.5)


def shows_levels(answer: Maps, high: NDArray[np.bool_]) -> bool:
    """Say whether a map has one value where the sum is high, another one elsewhere; bytes wrap."""
    rows, columns = (_centres(n, size) for n, size in zip(high.shape, answer.shape, strict=True))
    found = np.nan_to_num(answer[np.ix_(rows, columns)].astype(np.float64)).ravel()
    plain = np.abs(found[:, None] - found[None, :])
    alike = high.ravel()[:, None] == high.ravel()[None, :]
    return any(
        bool(3 * distance[alike].max() < distance[~alike].min())
        for distance in (plain, np.minimum(plain, np.abs(256 - plain)))
    )
