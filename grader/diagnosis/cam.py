"""Class activation maps: the steps behind the student's numbers.

A map is made of weights, a sum over channels, a stretch to [0, 255] and enlarging. Each step has its right
way and its known wrong ones; the search composes them, the fewest faults first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis import bending, likely, others
from grader.diagnosis.axes import AXES, OVER_OTHERS, RIGHT, is_finer
from grader.diagnosis.bending import Extremes
from grader.diagnosis.finishing import LEVELS, Maps, centres, is_right_map, matches, rights, spread
from grader.diagnosis.nearness import MOSTLY
from grader.diagnosis.normalising import TOPS
from grader.diagnosis.searching import STRETCH_FAULTS, explanation
from grader.diagnosis.stretches import Stretch
from grader.diagnosis.ways import CLASSES, FEATURES, SUMS, Floats, Sum, Way, compositions, weighted

BRIGHT = 128  # of 255
MOST_KEPT = 8  # questions of which something is kept: a few megabytes each
ALL_WRONG = 9  # faults, where no steps are known


@lru_cache(maxsize=MOST_KEPT)
def _kept(question: bytes, index: int) -> dict[Hashable, Any]:
    """What was computed of a question: it is asked again and again, of code that is read otherwise."""
    return {}


@dataclass(frozen=True)
class Case:
    """One question to returnCAM and its answer: features (C, h, w), weight (K, C)."""

    features: Floats
    weight: Floats
    index: int
    answer: Maps

    @cached_property
    def _chosen(self) -> dict[Way, Floats]:
        return {}

    @cached_property
    def kept(self) -> dict[Hashable, Any]:
        """What was computed of the question alone, for this answer or another one."""
        return _kept(hashlib.blake2b(self.features.tobytes() + self.weight.tobytes()).digest(), self.index)

    def weights(self, way: Way) -> Floats:
        """Return the weights (C) that one way chooses."""
        if way not in self._chosen:
            self._chosen[way] = way.do(self.features, self.weight, self.index)
        return np.asarray(self._chosen[way])

    @cached_property
    def idle(self) -> frozenset[Way]:
        """The ways that leave the features as they are."""
        return frozenset(way for way in FEATURES if np.array_equal(way.do(self.features), self.features))

    def ends(self, way: Sum) -> Extremes:
        """Return the extremes over the maps of all classes, summed in one way."""
        if way not in self.kept:
            found = bending.extremes(way.do(self.features, self.weight))
            right = found if way == RIGHT else self.ends(RIGHT)
            self.kept[way] = {**found, bending.RIGHT_SUMS: right[""]}
        return cast(Extremes, self.kept[way])

    @property
    def cells(self) -> tuple[int, ...]:
        """The rows and columns that are enlarged."""
        return self.features.shape[1:]

    def middles(self, cells: tuple[int, ...]) -> Floats:
        """Return the answer in the middle of each of (rows, columns) cells, where enlarging keeps a value."""
        rows, columns = (centres(n, size) for n, size in zip(cells, self.answer.shape, strict=True))
        return self.answer[np.ix_(rows, columns)].astype(np.float64)


def right_sums(case: Case) -> Iterator[Floats]:
    """Yield every right sum."""
    for way in (way for way in FEATURES if not way.fault):
        if way is FEATURES[0] or way not in case.idle:
            yield weighted(way.do(case.features), case.weight[case.index])


def right_maps(case: Case) -> Iterator[Floats]:
    """Return every right map, of the answer's own size, right or not (the cause `map.shape`)."""
    for raw in right_sums(case):
        yield from rights(raw, case.answer.shape)


def is_right(case: Case) -> bool:
    """Return whether a map equals a right one but for rounding."""
    return any(is_right_map(case.answer, raw) for raw in right_sums(case))


def is_mostly_right(case: Case) -> bool:
    """Return whether most of a map is a right one's, as where it was smoothed, or enlarged twice."""
    return any(matches(case.answer, right, MOSTLY) for right in right_maps(case))


@dataclass(frozen=True)
class Verdict:
    """The ways that give the student's maps; each "" where that step is right."""

    classes: str
    sums: str
    stretch: str

    @property
    def faults(self) -> int:
        """How many steps are wrong."""
        return sum(len(told.split("; ")) for told in (self.classes, self.sums, self.stretch) if told)


@dataclass(frozen=True)
class _Pair:
    """A way to choose weights and one to sum."""

    classes: Way
    sums: Sum

    @cached_property
    def cost(self) -> int:
        many = self.sums.join in AXES  # cells, for which few stretches are tried
        return bool(self.classes.fault) + len(self.sums.faults) + many

    @property
    def unturned(self) -> _Pair:
        return replace(self, sums=self.sums.unturned)

    def plain(self, case: Case) -> _Pair:
        """The same by another name: of features, where a question shows no difference."""
        idle = self.sums.features in case.idle
        return replace(self, sums=replace(self.sums, features=FEATURES[0])) if idle else self

    def turn(self, maps: Floats) -> Floats:
        return self.sums.turn.do(maps)

    def raw(self, case: Case) -> Floats:
        if self not in case.kept:
            case.kept[self] = self.sums.do(case.features, case.weights(self.classes))
        return cast(Floats, case.kept[self])

    def ends(self, case: Case) -> Extremes:
        """Return the extremes over all classes: those of the right sum where too much of it is wrong."""
        way = self.sums.unturned
        return case.ends(RIGHT if len(way.faults) > 1 or way.join in AXES else way)


@cache
def _pairs() -> tuple[_Pair, ...]:
    """Return every way to choose weights and to sum of few faults, the fewest first."""
    steps = compositions((CLASSES, *SUMS), max(STRETCH_FAULTS))
    return tuple(_Pair(classes, Sum(*sums)) for classes, *sums in steps)


@cache
def _over_others() -> tuple[_Pair, ...]:
    """Return every way to choose weights and to sum over another axis, the fewest faults first."""
    pairs = (_Pair(classes, sums) for sums in OVER_OTHERS for classes in CLASSES)
    return tuple(sorted(pairs, key=lambda pair: pair.cost))


def search(cases: Sequence[Case]) -> Verdict | None:
    """Find the combination of ways that gives every answer; the fewest faults first.

    A flat answer shows no way of making one: it is left out.
    """
    shown = [case for case in cases if case.answer.min() < case.answer.max()]
    with np.errstate(all="ignore"):
        if shown and all(map(is_right, shown)):
            return Verdict("", "", "")
        fastest: list[Case] = sorted(shown, key=_differs)
        found = explanation(fastest, _pairs())
        if (unusual := _unusual(shown, found)) is not None:
            return unusual
        for other in others.of_another(shown) if found is None else ():
            found = found or explanation(shown, (_Pair(*other),))
        if found is None and all(is_finer(case.answer, case.cells) for case in shown):
            found = explanation(shown, _over_others())
        of_all = explanation(shown, others.OF_ALL) if found is None else None
    if of_all is not None:
        return Verdict(of_all[0].fault, "", of_all[1].fault)
    if found is None:
        return None
    pair, stretch = found
    if all(_is_lit(pair, case) for case in shown):  # then no maximum wraps around
        if not pair.cost and all(map(is_mostly_right, shown)):
            return Verdict("", "", "")
        if stretch.top.id == "256":
            stretch = replace(stretch, top=TOPS[0])
    return Verdict(pair.classes.fault, pair.sums.fault, stretch.fault)


def made_by(cases: Sequence[Case], known: Verdict) -> Callable[[Sequence[Case]], bool] | None:
    """Return what tells maps that are wrong by the known weights and sum of some cases alone.

    None where these are right, or known by no name.
    """
    told = known.classes, known.sums
    unusual = likely.likely(cases) if any(told) else ()
    steps = [_Pair(each.classes, replace(RIGHT, **each.summing)) for each in unusual]
    pairs = [pair for pair in (*_pairs(), *steps) if (pair.classes.fault, pair.sums.fault) == told]

    def are_made(maps: Sequence[Case]) -> bool:
        given = (all(is_right_map(case.answer, pair.raw(case)) for case in maps) for pair in pairs)
        return bool(maps) and any(given)

    return are_made if any(told) and pairs else None


def _differs(case: Case) -> bool:
    """Return whether right ways to read the features differ: a search is the faster where they are one."""
    return any(way not in case.idle for way in FEATURES if not way.fault)


def _unusual(cases: Sequence[Case], found: tuple[_Pair, Stretch] | None) -> Verdict | None:
    """Return unusual steps that give every answer, if no usual ones do, or more of these are wrong."""
    many = sum(_faults(found)) if found else ALL_WRONG
    if many < 2:
        return None
    one = likely.of_one_channel(cases)
    alone = explanation(cases, (_Pair(one, RIGHT),)) if one is not None else None
    if one is not None and alone is not None and sum(_faults(alone)) < many:
        return Verdict("", one.fault, alone[1].fault)
    steps = [each for each in likely.likely(cases) if each.faults < many]
    other = explanation(cases, tuple(_Pair(each.classes, replace(RIGHT, **each.summing)) for each in steps))
    if other is None or sum(_faults(other)) >= many:
        return None
    return Verdict(other[0].classes.fault, other[0].sums.fault, other[1].fault)


def _faults(found: tuple[_Pair, Stretch]) -> tuple[int, int]:
    """How many steps are wrong before the stretch, and in it."""
    return found[0].cost, len(found[1].faults)


def _is_lit(pair: _Pair, case: Case) -> bool:
    """Return whether a map is bright where the sum is strongest, so that its maximum is no 0."""
    raw = pair.raw(case)
    strongest = np.argmax(raw), np.argmax(np.abs(raw))
    return bool(case.middles(raw.shape).ravel()[list(strongest)].max() > BRIGHT)


def follows(case: Case, answer: Maps) -> bool:
    """Return whether a map rises with the right weighted sum."""
    return rises_with(weighted(case.features, case.weight[case.index]), answer)


def rises_with(raw: Floats, answer: Maps) -> bool:
    """Return whether a map rises with a sum: mostly over half of its range, never down.

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
    """Return whether a map has one value where the sum is high, another one elsewhere; bytes wrap."""
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
