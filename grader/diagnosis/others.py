"""Maps of other classes than the one that was asked for: of another one, or of all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from grader.diagnosis.asked import Enlarged
from grader.diagnosis.bending import NO_ENDS, Extremes
from grader.diagnosis.finishing import spread
from grader.diagnosis.likeness import ALIKE, SHOWN, correlations
from grader.diagnosis.ways import SUMS, Floats, Sum, Way, compositions, weighted


@dataclass(frozen=True)
class OfAll:
    """A way to make one map of the maps of all classes (K, h, w); `index` is the class that was asked for."""

    fault: str
    do: Callable[[Floats, int], Floats] = field(compare=False)
    cost: int = 1

    @property
    def unturned(self) -> OfAll:
        return self

    def plain(self, case: Enlarged) -> OfAll:
        return self

    def turn(self, maps: Floats) -> Floats:
        return maps

    def raw(self, case: Enlarged) -> Floats:
        return self.do(weighted(case.features, case.weight), case.index)

    def ends(self, case: Enlarged) -> Extremes:
        return NO_ENDS


def _softmax(sums: Floats, index: int) -> Floats:
    exps = np.exp(sums - sums.max(axis=0))
    return np.asarray(exps[index] / exps.sum(axis=0))


OF_ALL: tuple[OfAll, ...] = (
    OfAll("the largest of all classes' maps is taken at each place", lambda s, _: s.max(axis=0)),
    OfAll("the smallest of all classes' maps is taken at each place", lambda s, _: s.min(axis=0)),
    OfAll("the median of all classes' maps is taken", lambda s, _: np.median(s, axis=0)),
    OfAll("the largest absolute value of all classes' maps is taken", lambda s, _: np.abs(s).max(axis=0)),
    OfAll("the number of the strongest class is taken at each place", lambda s, _: s.argmax(axis=0) * 1.0),
    OfAll("a softmax over all classes is taken at each place", _softmax),
    OfAll("the mean of all classes' maps is taken off", lambda s, i: s[i] - s.mean(axis=0)),
)


@cache
def _sums() -> tuple[Sum, ...]:
    """Every sum with one wrong step, the right one first."""
    return tuple(Sum(*steps) for steps in compositions(SUMS, 1))


def of_another(cases: Sequence[Enlarged]) -> Iterator[tuple[Way, Sum]]:
    """Yield the ways to choose the weights of the class that each map is of, each with its sum.

    The right sum comes first, then those with one wrong step. Where a map shows no class there is none.
    """
    for sums in _sums() if cases else ():
        found: dict[int, int] = {}
        for case in cases:
            number = _class_of(case, sums)
            if number is None:
                break
            found[case.index] = number
        else:
            if any(index != number for index, number in found.items()):
                yield _choosing(found, max(len(case.weight) for case in cases)), sums


def _choosing(chosen: dict[int, int], classes: int) -> Way:
    return Way(_relation(chosen, classes), lambda f, w, i: w[chosen.get(i, i)])


def _class_of(case: Enlarged, way: Sum) -> int | None:
    """Return the one class whose sum a map follows in a straight line."""
    sums = way.do(case.features, case.weight)
    seen = case.middles(sums.shape[1:]).ravel()
    if spread(seen) < SHOWN:
        return None
    likeness = np.nan_to_num(correlations(sums.reshape(len(sums), -1), seen))
    alike = np.flatnonzero(likeness > ALIKE)  # several where weights count for nothing: then it is of none
    return int(alike[0]) if len(alike) == 1 else None


def _relation(chosen: dict[int, int], classes: int) -> str:
    """Return which class it is instead of the predicted one, as far as one rule tells all."""
    for words in _rules(chosen, classes):
        return words
    return "the weights are those of another class, not of the predicted one"


def _rules(chosen: dict[int, int], classes: int) -> Iterator[str]:
    pairs = list(chosen.items())
    if len(set(chosen.values())) == 1 and len(pairs) > 1:
        yield f"the weights are those of class {pairs[0][1]}, whatever was predicted"
    shifts = {(number - index) % classes for index, number in pairs}
    if len(shifts) == 1:
        by = shifts.pop()
        by, side = (by, "after") if by <= classes // 2 else (classes - by, "before")
        yield f"the weights are those of the class {by} {side} the predicted one"
    if all(number == classes - 1 - index or number == classes - index for index, number in pairs):
        yield "the weights are those of the predicted class counted from the end"
    if all(number == index // 2 for index, number in pairs):
        yield "the weights are those of half of the predicted index"
