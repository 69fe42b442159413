"""The search for the steps behind the maps: which way to make them, with which stretch, gives them all.

A way and a stretch are first held against the middles of a map's cells, which enlarging leaves nearly as they
are; the few that may be meant are then compared pixel by pixel. The fewest faults come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import compress, islice, product, takewhile
from typing import Any, Generic, Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis import bending, enlarging, stretches
from grader.diagnosis.bending import Bent, Enlarging, Extremes, Numbers
from grader.diagnosis.finishing import (
    Maps,
    as_floats,
    centres,
    endings,
    finishes,
    matches,
)
from grader.diagnosis.nearness import MOSTLY, Mixings, close, mixings, roughly, varied
from grader.diagnosis.stretches import Stretch
from grader.diagnosis.ways import Floats

# Of weights, sum and stretch together: with more wrong steps than that, anything could be explained.
STRETCH_FAULTS = {0: 3, 1: 2, 2: 1, 3: 0}  # by the number of faults in weights and sum
ALIKE = 4  # more explanations of as many faults that are compared with the first
ROUNDED = 1.0  # levels that are no distance
AT_ONCE = 64  # wrong ways that are held against an answer together
RIGHT = np.array([0])  # the stretch without a fault
TRIED = 100  # combinations that are compared pixel by pixel, for the whole search


class Answered(Protocol):
    """What a search needs of a question and its answer."""

    @property
    def answer(self) -> Maps: ...
    @property
    def cells(self) -> tuple[int, ...]: ...
    def middles(self, cells: tuple[int, ...]) -> Floats: ...


class Making(Protocol):
    """A way to make a map before it is stretched, and how much is wrong with it."""

    @property
    def cost(self) -> int: ...
    @property
    def unturned(self: P) -> P: ...
    def plain(self: P, case: Any) -> P: ...
    def turn(self, maps: Floats) -> Floats: ...
    def raw(self, case: Any) -> Floats: ...
    def ends(self, case: Any) -> Extremes: ...
    def __hash__(self) -> int: ...


C = TypeVar("C", bound=Answered)
P = TypeVar("P", bound=Making)


def explanation(cases: Sequence[Answered], pairs: Sequence[P]) -> tuple[P, Stretch] | None:
    """Return the way that gives every answer, and its stretch; `pairs` come in the order of their cost."""
    search = _Search(_by_opencv(cases), pairs)
    found = search.explanations() if cases else iter(())
    first = next(found, None)
    if first is None or not first[1].faults:
        return first
    alike = takewhile(lambda one: one[0] == first[0] and len(one[1].faults) == len(first[1].faults), found)
    return min((first, *islice(alike, ALIKE)), key=search.distance)


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
            # a case is any dataclass with an answer, which no protocol says
            return [replace(case, answer=answer) for case, answer in zip(cases, made, strict=True)]  # type: ignore[type-var]
    return cases


def _before(case: Answered, method: str) -> Floats | None:
    """Return what was enlarged; None where this method can't have done it."""
    answer = as_floats(case.answer)
    small = enlarging.before(answer, case.cells, method)
    return small if matches(answer, enlarging.enlarged(small, answer.shape, method)) else None


class _Search(Generic[P]):
    """One search: what was computed for a pair of ways and a case is kept."""

    def __init__(self, cases: Sequence[Answered], pairs: Sequence[P]) -> None:
        self.cases, self.pairs = cases, pairs
        self.small, self.large = cache(self._small), cache(self._large)
        self.right = cache(self._right)
        self.first = cache(self._first)
        self.middles = cache(lambda number, cells: cases[number].middles(cells))

    def explanations(self) -> Iterator[tuple[P, Stretch]]:
        """Yield what gives every answer, the fewest faults first."""
        for pair, number in islice(self._plausible(), TRIED):
            if all(_explains(pair, number, case) for case in self.cases):
                yield pair, stretches.stretches()[number]

    def distance(self, found: tuple[P, Stretch]) -> float:
        """How far the answers are from what some steps give, in levels: of two ways, the nearer is meant."""
        pair, number = found[0], stretches.stretches().index(found[1])
        return round(sum(self._apart(pair, number, case) for case in self.cases), 1)

    def _apart(self, pair: P, number: int, case: Answered) -> float:
        raw, ends, answer = pair.raw(case), pair.ends(case), as_floats(case.answer)
        _, *candidates = _finished(number, raw, ends, answer.shape)
        alike = (each for each in candidates if each.shape == answer.shape)
        near = (np.maximum(np.abs(answer - each) - ROUNDED, 0).mean() for each in alike)
        return float(min(near, default=np.inf))

    def _plausible(self) -> Iterator[tuple[P, int]]:
        for wrong, more in sorted(product(STRETCH_FAULTS, range(stretches.MOST_FAULTS + 1)), key=sum):
            pairs = [each for each in self.pairs if each.cost == wrong and more <= STRETCH_FAULTS[wrong]]
            for pair in self._promising(pairs) if wrong and not more else pairs:
                yield from ((pair, int(number)) for number in self._near(pair, more))

    def _promising(self, pairs: Sequence[P]) -> Iterator[P]:
        """Yield the wrong ways that may give the first answer if it is stretched as it must be.

        There are thousands: many are held against it at once.
        """
        for start in range(0, len(pairs), AT_ONCE):
            some = pairs[start : start + AT_ONCE]
            sums = [pair.turn(pair.unturned.raw(self.cases[0])) for pair in some]
            fit = np.ones(len(some), dtype=np.bool_)
            for shape in {each.shape for each in sums}:  # turned ones may have another
                alike = [number for number, each in enumerate(sums) if each.shape == shape]
                fit[alike] = self._shows(0, bending.right(np.stack([sums[number] for number in alike])))
            yield from compress(some, fit)

    def _near(self, pair: P, faults: int) -> Numbers:
        """Return the stretches of so many faults that may give every answer, by the cells' middles alone."""
        numbers = self.first(pair.plain(self.cases[0]), faults)
        for number in range(1, len(self.cases)):
            if len(numbers):
                numbers = numbers[self._fits(pair, number, numbers)]
        return np.array([number for number in numbers if not self._is_idle(pair, number)], dtype=np.intp)

    def _first(self, pair: P, faults: int) -> Numbers:
        """Return those that may give the first answer: of ways that are one there, what is known of one."""
        numbers = np.flatnonzero(stretches.fault_counts() == faults)
        return numbers[self._fits(pair, 0, numbers)]

    def _is_idle(self, pair: Making, number: int) -> bool:
        """Return whether the curve of a stretch leaves every sum as it is: then it is none of the steps."""
        curve = stretches.stretches()[number].bend
        return bool(curve.fault) and all(
            np.array_equal(curve.do(raw), raw) for raw in (pair.raw(case) for case in self.cases)
        )

    def _right(self, pair: Making, number: int) -> Floats:
        """Return the levels of a sum that is stretched as it must be."""
        return bending.stretched(0, pair.raw(self.cases[number]), bending.NO_ENDS)

    def _small(self, pair: Making, number: int) -> Bent:
        case = self.cases[number]
        return bending.bend(pair.raw(case), pair.ends(case))

    def _large(self, pair: Making, number: int) -> tuple[Bent, ...]:
        """Return the sum enlarged before it is taken to a range, in the middles of the cells.

        It is looked for only where weights and sum are right: it is rare, and costs a hundred times as much.
        """
        case = self.cases[number]
        raw, size = pair.raw(case), case.answer.shape
        at = np.ix_(*(centres(n, side) for n, side in zip(raw.shape, size, strict=True)))
        return tuple(bending.bend(given, pair.ends(case), at, by) for given, by in _late(raw, size))

    def _levels(self, pair: Making, number: int, numbers: Numbers) -> Floats:
        """Return the levels (N, h, w) that some stretches make; the right one alone needs no others."""
        alone = numbers.tolist() == [0]
        straight = pair.unturned
        levels = self.right(straight, number)[None] if alone else self.small(straight, number).levels(numbers)
        return pair.turn(levels)

    def _fits(self, pair: Making, number: int, numbers: Numbers) -> NDArray[np.bool_]:
        """Return for each stretch whether it may give an answer."""
        levels = self._levels(pair, number, numbers)
        keep = self._shows(number, levels)
        if not pair.cost and not keep.all():
            middles = self.middles(number, levels.shape[1:])
            mixing = mixings(middles.shape, middles.shape)
            for bent in self.large(pair, number):
                keep[~keep] = _are(bent.levels(numbers[~keep]), middles, mixing)
        return keep

    def _shows(self, number: int, levels: Floats) -> NDArray[np.bool_]:
        """Return for each of (N, h, w) levels whether an answer may show them."""
        cells, size = levels.shape[1:], self.cases[number].answer.shape
        middles, mixing = self.middles(number, cells), mixings(cells, size)
        small = any(many > side for many, side in zip(cells, size, strict=True))
        return _are(levels, middles, mixing, mixed=small)


def _are(levels: Floats, middles: Floats, mixing: Mixings, *, mixed: bool = False) -> NDArray[np.bool_]:
    """Return for each of (N, h, w) levels whether they may be those in the middles of a map's cells."""
    rows, columns = mixing[0]
    keep = roughly(rows @ levels @ columns.T if mixed else levels, middles, mixed=mixed)
    if keep.any():
        keep[keep] = close(levels[keep], middles, mixing)
    return keep


TURN = 64.0  # of 256: what enlarging may move the middle of a cell by that wraps around


def _explains(pair: Making, number: int, case: Answered) -> bool:
    """Return whether some way to finish gives the whole answer; it may be turned before or at last."""
    size, ends, straight = case.answer.shape, pair.ends(case), pair.unturned
    if _gives(case.answer, _finished(number, pair.raw(case), ends, size)):
        return True
    return straight != pair and any(
        _gives(case.answer, map(pair.turn, _finished(number, straight.raw(case), ends, sides)))
        for sides in {size, size[::-1]}
    )


def _gives(answer: Maps, candidates: Iterable[Floats]) -> bool:
    """Return whether one of some maps, the first of which tells whether levels wrap around, is the answer."""
    candidates = iter(candidates)
    small = next(candidates)
    wraps = (small < 0) | (small >= 256)
    share = MOSTLY if wraps.any() and varied(answer) else 1.0
    return any(
        matches(answer, candidate, share) and (share == 1.0 or _turns(answer, candidate, wraps))
        for candidate in candidates
    )


def _turns(answer: Maps, candidate: Floats, wraps: NDArray[np.bool_]) -> bool:
    """Return whether an answer follows a map in the middle of most cells whose levels wrap around."""
    at = np.ix_(*(centres(cells, side) for cells, side in zip(wraps.shape, answer.shape, strict=True)))
    off = np.abs(answer[at].astype(np.float64) - candidate[at])[wraps]
    return bool(np.median(off) <= TURN)


def _finished(number: int, raw: Floats, ends: Extremes, size: tuple[int, ...]) -> Iterator[Floats]:
    """Yield the levels that a stretch makes of a sum, and then every map that they may end in."""
    small = bending.stretched(number, raw, ends)
    yield small
    yield from finishes(small, size)
    for given, by in _late(raw, size):
        yield from endings(bending.stretched(number, given, ends, by))


def _late(raw: Floats, size: tuple[int, ...]) -> Iterator[tuple[Floats, Enlarging]]:
    """Yield a sum enlarged before all, and one that is enlarged once it was bent, as a ReLU does."""
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4):

        def enlarging(values: Floats, method: int = method) -> Floats:
            return as_floats(cv2.resize(values, size[::-1], interpolation=method))

        yield enlarging(raw), bending.as_it_is
        yield raw, enlarging
