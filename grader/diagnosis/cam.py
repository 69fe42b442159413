"""Class activation maps: the search for the steps behind the student's numbers.

A map is made of weights, a sum over channels, a stretch to [0, 255] and enlarging. Each step has its right
way and its known wrong ones; the search composes them, the fewest faults first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import islice, product
from typing import Any, Generic, Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis import enlarging, stretches
from grader.diagnosis.stretches import Bent, Enlarging, Extremes, Numbers, Stretch
from grader.diagnosis.ways import CLASSES, SUMS, Floats, Way, weighted
from reference.cam import SIZE, min_max

Maps = NDArray[np.generic]
Mixings = tuple[tuple[Floats, Floats], ...]
LEVELS = 2.0  # of 255: rounding against truncation, before or after enlarging
FULL = 64.0  # a range from which on rounding is worth LEVELS; of a smaller one, the same share
METHODS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST, cv2.INTER_AREA, cv2.INTER_LANCZOS4)
# Of weights, sum and stretch together: with more wrong steps than that, anything could be explained.
STRETCH_FAULTS = {0: 3, 1: 2, 2: 1}  # by the number of faults in weights and sum
MOVED = 0.05  # of the range: what enlarging may move the middle of a cell by
MOSTLY = 0.9  # of a wrong map: where levels wrap, the last digit of a float can turn a cell over
TINY = 1e-6  # of a level: a range that is divided by itself is 1 or a little less
TURNED = 600.0  # a range from which on levels that wrapped around look like any others
TRIED = 100  # combinations that are compared pixel by pixel, for the whole search


def spread(r: Maps) -> float:
    """Return the range of a map, 1 for a flat one."""
    return float(r.max() - r.min()) or 1.0


def _wrap(values: Floats, rounding: Callable[[Floats], Floats]) -> NDArray[np.uint8]:
    """Convert to bytes as numpy does: what doesn't fit wraps around. A maximum is whole before it is cut."""
    return (np.nan_to_num(rounding(values + TINY)).astype(np.int64) % 256).astype(np.uint8)


def _clip(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _cut(values: Floats) -> NDArray[np.uint8]:
    return np.clip(values, 0, 255).astype(np.uint8)


def finishes(values: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield the right ways to go from a stretched (h, w) map to levels of the student's own size."""
    whole = size[::-1]
    for rounding in (np.trunc, np.rint, np.floor):
        yield _float(cv2.resize(_wrap(values, rounding), whole))
    yield _float(cv2.resize(_clip(values), whole))
    yield _float(cv2.resize(_cut(values), whole))
    for method in METHODS:
        yield _float(cv2.resize(_wrap(values, np.trunc), whole, interpolation=method))
        enlarged = cv2.resize(values, whole, interpolation=method)
        yield _float(_wrap(enlarged, np.trunc))
        yield _float(_clip(enlarged))
        yield np.asarray(enlarged, dtype=np.float64)  # a map left as floats


def _float(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)


def enlarged_sums(raw: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield a sum enlarged before it is stretched, which is as right."""
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):
        yield _float(cv2.resize(raw, size[::-1], interpolation=method))


def endings(values: Floats) -> Iterator[Floats]:
    """Yield the ways in which levels of the whole size become bytes, or stay as they are."""
    yield _float(_wrap(values, np.trunc))
    yield _float(_wrap(values, np.rint))
    yield _float(_clip(values))
    yield values


def stretched_late(raw: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield maps enlarged before they are stretched."""
    for enlarged in enlarged_sums(raw, size):
        yield from endings(min_max(enlarged))


def matches(found: Maps, candidate: Floats, share: float = 1.0) -> bool:
    """Say whether two maps are equal but for rounding, at least in this share of their pixels."""
    if found.shape != candidate.shape:
        return False
    slack = LEVELS * min(1.0, spread(candidate) / FULL, spread(found) / FULL)
    return bool((np.abs(found.astype(np.float64) - candidate) <= slack).mean() >= share)


class Answered(Protocol):
    """What a search needs of a question and its answer."""

    @property
    def answer(self) -> Maps: ...
    @property
    def cells(self) -> tuple[int, ...]: ...
    @property
    def ends(self) -> Extremes: ...
    def middles(self, cells: tuple[int, ...]) -> Floats: ...


class Making(Protocol):
    """A way to make a map before it is stretched, and how much is wrong with it."""

    @property
    def cost(self) -> int: ...
    def raw(self, case: Any) -> Floats: ...
    def __hash__(self) -> int: ...


C = TypeVar("C", bound=Answered)
P = TypeVar("P", bound=Making)


@dataclass(frozen=True)
class Case:
    """One question to returnCAM and its answer: features (C, h, w), weight (K, C)."""

    features: Floats
    weight: Floats
    index: int
    answer: Maps

    @cached_property
    def ends(self) -> Extremes:
        """The extremes over the maps of all classes."""
        return stretches.extremes(np.tensordot(self.weight, self.features, axes=1))

    @property
    def cells(self) -> tuple[int, ...]:
        """The rows and columns that are enlarged."""
        return self.features.shape[1:]

    def middles(self, cells: tuple[int, ...]) -> Floats:
        """Return the answer in the middle of each of (rows, columns) cells, where enlarging keeps a value."""
        rows, columns = (centres(n, size) for n, size in zip(cells, self.answer.shape, strict=True))
        return self.answer[np.ix_(rows, columns)].astype(np.float64)


def right_maps(case: Case) -> Iterator[Floats]:
    """Return every right map, of the answer's own size, right or not (the cause `map.shape`)."""
    return rights(weighted(case.features, case.weight[case.index]), case.answer.shape)


def rights(raw: Floats, size: tuple[int, ...]) -> Iterator[Floats]:
    """Yield every right map of a sum, of any size."""
    yield from finishes(min_max(raw), size)
    yield from stretched_late(raw, size)
    for method in enlarging.METHODS:
        yield enlarging.enlarged(_float(_wrap(min_max(raw), np.trunc)), size, method)
        yield from endings(enlarging.enlarged(min_max(raw), size, method))
        whole = enlarging.enlarged(raw, size, method)
        yield from endings(min_max(whole))
        yield from endings(min_max(whole.clip(raw.min(), raw.max())))  # as scikit-image does


def is_right(case: Case) -> bool:
    """Say whether a map equals a right one but for rounding."""
    return any(matches(case.answer, right) for right in right_maps(case))


@dataclass(frozen=True)
class Verdict:
    """The ways that give the student's maps; each "" where that step is right."""

    classes: str
    sums: str
    stretch: str


@dataclass(frozen=True)
class _Pair:
    """A way to choose weights and one to sum."""

    classes: Way
    sums: Way

    @property
    def cost(self) -> int:
        return bool(self.classes.fault) + bool(self.sums.fault)

    def raw(self, case: Case) -> Floats:
        weights = self.classes.do(case.features, case.weight, case.index)
        return self.sums.do(case.features, weights)


def search(cases: Sequence[Case]) -> Verdict | None:
    """Find the combination of ways that gives every answer; the fewest faults first.

    A flat answer shows no way of making one: it is left out.
    """
    shown = [case for case in cases if case.answer.min() < case.answer.max()]
    with np.errstate(all="ignore"):
        if shown and all(map(is_right, shown)):
            return Verdict("", "", "")
        found = explanation(shown, PAIRS)
    return Verdict(found[0].classes.fault, found[0].sums.fault, found[1].fault) if found else None


def _by_opencv(cases: Sequence[C]) -> Sequence[C]:
    """Return the answers as OpenCV would have enlarged them, where they show that another library did."""
    for method in enlarging.METHODS:
        smaller = [_before(case, method) for case in cases]
        if all(small is not None for small in smaller):
            if method == "OpenCV":
                break
            made = (
                cv2.resize(small, case.answer.shape[::-1]) for small, case in zip(smaller, cases, strict=True)
            )
            return [replace(case, answer=answer) for case, answer in zip(cases, made, strict=True)]  # type: ignore[type-var]
    return cases


def _before(case: Answered, method: str) -> Floats | None:
    """Return what was enlarged; None where this method can't have done it."""
    answer = _float(case.answer)
    small = enlarging.before(answer, case.cells, method)
    return small if matches(answer, enlarging.enlarged(small, answer.shape, method)) else None


PAIRS = tuple(sorted((_Pair(*ways) for ways in product(CLASSES, SUMS)), key=lambda pair: pair.cost))


def explanation(cases: Sequence[Answered], pairs: Sequence[P]) -> tuple[P, Stretch] | None:
    """Return the way that gives every answer, and its stretch; `pairs` come in the order of their cost."""
    return next(_Search(_by_opencv(cases), pairs).explanations(), None) if cases else None


class _Search(Generic[P]):
    """One search: what was computed for a pair of ways and a case is kept."""

    def __init__(self, cases: Sequence[Answered], pairs: Sequence[P]) -> None:
        self.cases, self.pairs = cases, pairs
        self.small, self.large = cache(self._small), cache(self._large)

    def explanations(self) -> Iterator[tuple[P, Stretch]]:
        """Yield what gives every answer, the fewest faults first."""
        for pair, number in islice(self._plausible(), TRIED):
            if all(_explains(pair, number, case) for case in self.cases):
                yield pair, stretches.stretches()[number]

    def _plausible(self) -> Iterator[tuple[P, int]]:
        counts = stretches.fault_counts()
        for wrong, more in sorted(product(STRETCH_FAULTS, range(stretches.MOST_FAULTS + 1)), key=sum):
            for pair in self.pairs:
                if pair.cost == wrong and more <= STRETCH_FAULTS[wrong]:
                    near = self._near(pair, np.flatnonzero(counts == more))
                    yield from ((pair, int(number)) for number in near)

    def _near(self, pair: Making, numbers: Numbers) -> Numbers:
        """Return the stretches that may give every answer, by the middles of the cells alone."""
        for number in range(len(self.cases)):
            if len(numbers):
                numbers = numbers[self._fits(pair, number, numbers)]
        return numbers

    def _small(self, pair: Making, number: int) -> Bent:
        case = self.cases[number]
        return stretches.bend(pair.raw(case), case.ends)

    def _large(self, pair: Making, number: int) -> tuple[Bent, ...]:
        """Return the sum enlarged before it is taken to a range, in the middles of the cells.

        It is looked for only where weights and sum are right: it is rare, and costs a hundred times as much.
        """
        case = self.cases[number]
        raw, size = pair.raw(case), case.answer.shape
        at = np.ix_(*(centres(n, side) for n, side in zip(raw.shape, size, strict=True)))
        return tuple(stretches.bend(given, case.ends, at, by) for given, by in _late(raw, size))

    def _fits(self, pair: Making, number: int, numbers: Numbers) -> NDArray[np.bool_]:
        """Say for each stretch whether it may give an answer."""
        case, small = self.cases[number], self.small(pair, number)
        middles = case.middles(small.values.shape[1:])
        keep = _close(small.levels(numbers), middles, _mixings(middles.shape, case.answer.shape))
        if not pair.cost and not keep.all():
            for bent in self.large(pair, number):
                keep |= _close(bent.levels(numbers), middles, _mixings(middles.shape, middles.shape))
        return keep


def _close(values: Floats, found: Floats, mixings: Mixings) -> NDArray[np.bool_]:
    """Say for each of (N, h, w) levels whether they are those found, as numbers or as bytes."""
    low, high = values.min(axis=(1, 2)), values.max(axis=(1, 2))
    wraps, told = (low < 0) | (high >= 256), (high - low >= FULL) & (high - low < TURNED)
    cut = np.clip(values, 0, 255)
    close = np.asarray((np.abs(found - cut) <= _slack(cut)).all(axis=(1, 2)))
    rows, columns = mixings[0]
    for shown in (values, rows @ values @ columns.T, np.trunc(values + TINY), np.rint(values)):
        distance = np.abs(found - shown)
        close |= (distance <= _slack(values)).all(axis=(1, 2))
        turned = np.abs(distance - 256 * np.rint(distance / 256))
        close |= wraps & told & (turned <= _slack(values, 256.0)).all(axis=(1, 2))
    close[wraps] |= _same_bytes(values[wraps], found, mixings)
    return np.asarray(close & np.isfinite(values).all(axis=(1, 2)))


def _same_bytes(values: Floats, found: Floats, mixings: Mixings) -> NDArray[np.bool_]:
    """Say whether levels some of which wrap around are those found, made bytes and then enlarged.

    Between a 0 and a 255 even the middle of a cell moves, so it is computed.
    """
    close, share = np.zeros(len(values), bool), MOSTLY if _varied(found) else 1.0
    for rounding in (np.trunc, np.rint):
        small = np.mod(np.nan_to_num(rounding(values + TINY)), 256)
        for rows, columns in mixings:
            close |= (np.abs(rows @ small @ columns.T - found) <= 1).mean(axis=(1, 2)) >= share
    return close


@cache
def _mixings(cells: tuple[int, ...], size: tuple[int, ...]) -> Mixings:
    """Return how much of each cell the middle of a cell holds once enlarged: rows, columns, by method."""
    return tuple(
        (_mixing(cells[0], size[0], method), _mixing(cells[1], size[1], method))
        for method in (cv2.INTER_LINEAR, cv2.INTER_NEAREST)
    )


def _mixing(cells: int, size: int, method: int) -> Floats:
    enlarged = cv2.resize(np.eye(cells), (cells, size), interpolation=method)
    return np.asarray(enlarged[centres(cells, size)])


def _slack(values: Floats, least: float = 0.0) -> Floats:
    """How far the middle of a cell may be from its level: rounding, and what enlarging moves it by."""
    range = np.maximum(values.max(axis=(1, 2)) - values.min(axis=(1, 2)), least)
    return np.asarray((LEVELS + 1) * np.minimum(1.0, range / FULL) + MOVED * range)[:, None, None]


def _varied(found: Maps) -> bool:
    """Say whether no level fills half of a map: else most of its pixels say next to nothing."""
    _, counts = np.unique(found, return_counts=True)
    return bool(counts.max() < found.size / 2)


def _explains(pair: Making, number: int, case: Answered) -> bool:
    """Say whether some way to finish gives the whole answer."""
    raw, size = pair.raw(case), case.answer.shape
    small = stretches.stretched(number, raw, case.ends)
    levels = (stretches.stretched(number, given, case.ends, by) for given, by in _late(raw, size))
    late = (ended for each in levels for ended in endings(each))
    candidates = (*finishes(small, size), *late)
    wraps = (small.min() < 0 or small.max() >= 256) and _varied(case.answer)
    share = MOSTLY if wraps else 1.0
    return any(matches(case.answer, candidate, share) for candidate in candidates)


def _late(raw: Floats, size: tuple[int, ...]) -> Iterator[tuple[Floats, Enlarging]]:
    """Yield a sum enlarged before all, and one that is enlarged once it was bent, as a ReLU does."""
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):

        def enlarging(values: Floats, method: int = method) -> Floats:
            return _float(cv2.resize(values, size[::-1], interpolation=method))

        yield enlarging(raw), stretches.as_it_is
        yield raw, enlarging


def centres(cells: int, size: int) -> NDArray[np.intp]:
    """Return the pixels, of `size`, in the middle of each cell."""
    return np.rint((np.arange(cells) + 0.5) * size / cells - 0.5).astype(np.intp)


def follows(case: Case, answer: Maps) -> bool:
    """Say whether a map rises with the right weighted sum."""
    return rises_with(weighted(case.features, case.weight[case.index]), answer)


def rises_with(raw: Floats, answer: Maps) -> bool:
    """Say whether a map rises with a sum: mostly over half of its range, never down.

    A map that is the same everywhere never falls either, and shows nothing.
    """
    rows, columns = (centres(cells, side) for cells, side in zip(raw.shape, answer.shape, strict=True))
    got = np.nan_to_num(answer.astype(np.float64))[np.ix_(rows, columns)].ravel()
    wanted = raw.ravel() / spread(raw)
    step = max(1.0, 0.02 * float(got.max() - got.min()))
    by, higher = wanted[:, None] - wanted[None, :], got[:, None] - got[None, :]
    falls = (by > 0.05) & (higher < -step)  # less is lost in enlarging
    return not falls.any() and bool((higher[by > 0.5] > step).mean() >= 0.5)


def shows_levels(answer: Maps, high: NDArray[np.bool_]) -> bool:
    """Say whether a map has one value where the sum is high, another one elsewhere; bytes wrap."""
    rows, columns = (centres(n, size) for n, size in zip(high.shape, answer.shape, strict=True))
    found = np.nan_to_num(answer[np.ix_(rows, columns)].astype(np.float64)).ravel()
    plain = np.abs(found[:, None] - found[None, :])
    alike = high.ravel()[:, None] == high.ravel()[None, :]
    return any(
        bool(3 * distance[alike].max() < distance[~alike].min())
        for distance in (plain, np.minimum(plain, np.abs(256 - plain)))
    )


def linear_ends(case: Case, answer: Maps) -> tuple[float, float] | None:
    """Return the levels of the right sum's extremes; None where a straight line doesn't give the levels."""
    raw = weighted(case.features, case.weight[case.index])
    rows, columns = (centres(cells, side) for cells, side in zip(raw.shape, answer.shape, strict=True))
    got, sums = answer[np.ix_(rows, columns)].astype(np.float64).ravel(), raw.ravel()
    inside = (got > 0) & (got < 255)
    if inside.sum() < 10:
        return None
    slope, start = np.polyfit(sums[inside], got[inside], 1)
    line = np.clip(sums * slope + start, min(0.0, got.min()), max(255.0, got.max()))
    ends = float(raw.min() * slope + start), float(raw.max() * slope + start)
    return ends if bool((np.abs(line - got) <= 1.5 * LEVELS).all()) else None
