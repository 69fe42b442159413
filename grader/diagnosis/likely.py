"""The unusual steps that maps may be made by, told by their likeness to the sums that these give.

A stretch is most often a straight line, so that a map and its sum go up and down together. Thousands of sums
are held against a map at once; the few that are like every one of them are then compared as any others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cache
from itertools import groupby, islice
from typing import Any, NamedTuple, Protocol

import numpy as np

from grader.diagnosis.asked import Enlarged
from grader.diagnosis.finishing import spread
from grader.diagnosis.likeness import ALIKE, SHOWN, correlations
from grader.diagnosis.unusual import AXES
from grader.diagnosis.ways import Floats, Way, compositions

MOST_FAULTS = 2  # of the steps before the sum
MOST = 12  # ways that are compared with the maps
ONE = "one channel is used only, not the sum over all of them"
LEFT_OUT = (ONE, "that come first are summed")  # what a loop that slipped gives: its code tells more


class Asked(Enlarged, Protocol):
    """The same, whose weights can be taken in some way, and what is kept of the question."""

    @property
    def kept(self) -> dict[Hashable, Any]: ...
    @property
    def cells(self) -> tuple[int, ...]: ...
    def weights(self, way: Way) -> Floats: ...


RULES: dict[str, Callable[[Asked], int]] = {  # which channel may be taken alone
    "that of the predicted class's number": lambda case: case.index % len(case.features),
    "that of the largest weight": lambda case: int(case.weight[case.index].argmax()),
    "that of the largest mean": lambda case: int(case.features.mean(axis=(1, 2)).argmax()),
}


class Steps(NamedTuple):
    """The steps before a sum."""

    classes: Way
    weights: Way
    features: Way
    channels: Way

    @property
    def faults(self) -> int:
        """How many are wrong."""
        return sum(bool(way.fault) for way in self)

    @property
    def summing(self) -> dict[str, Way]:
        """Those that a sum takes, by their names in it."""
        return {"weights": self.weights, "features": self.features, "channels": self.channels}


@cache
def _all() -> tuple[Steps, ...]:
    """Every combination of few faults, by its features."""
    found = [Steps(*steps) for steps in compositions(AXES, MOST_FAULTS)]
    return tuple(sorted(found, key=lambda steps: AXES[2].index(steps.features)))


def likely(cases: Sequence[Asked]) -> list[Steps]:
    """Return the steps whose sums every map is like, the fewest faults first, then the most alike."""
    if not cases or any(spread(_seen(case)) < SHOWN for case in cases):
        return []
    with np.errstate(all="ignore"):
        alike = np.min([_likeness(case) for case in cases], axis=0)
    best = np.flatnonzero(alike > ALIKE)
    ranked = sorted(best, key=lambda number: (_all()[number].faults, -alike[number]))
    return [_all()[number] for number in ranked[:MOST]]


def of_one_channel(cases: Sequence[Asked]) -> Way | None:
    """Return the way that takes the channel which each map is like alone; None where one is like none."""
    with np.errstate(all="ignore"):
        found = {case.index: _channel_of(case) for case in cases}
    chosen = {index: channel for index, channel in found.items() if channel is not None}
    if not cases or len(chosen) < len(found):
        return None
    return Way(_which(cases, chosen), lambda f, w, i: chosen[i].weights(len(f)))


class _Channel(NamedTuple):
    """A channel that a map is like, or is the opposite of, as where its weight is negative."""

    number: int
    sign: float

    def weights(self, channels: int) -> Floats:
        return np.asarray(self.sign * np.eye(channels)[self.number])


def _channel_of(case: Asked) -> _Channel | None:
    seen = _seen(case)
    alike = np.nan_to_num(correlations(case.features.reshape(len(case.features), -1), seen.ravel()))
    best = int(np.abs(alike).argmax())
    shown = abs(alike[best]) > ALIKE and spread(seen) >= SHOWN
    return _Channel(best, float(np.sign(alike[best]))) if shown else None


def _which(cases: Sequence[Asked], chosen: dict[int, _Channel]) -> str:
    """Which channel is taken alone, as far as one rule tells all."""
    numbers = [chosen[case.index].number for case in cases]
    if len(numbers) > 1 and len(set(numbers)) == 1:
        return f"{ONE}: channel {numbers[0]}, counted from 0"
    told = (rule for rule, of in RULES.items() if numbers == [of(case) for case in cases])
    return ": ".join([ONE, *islice(told, 1)])


def leaves_channels_out(sums: str) -> bool:
    """Return whether words of a sum tell that channels are not summed, as by a loop that ends too early."""
    return any(words in sums for words in LEFT_OUT)


def _likeness(case: Asked) -> Floats:
    """How alike an answer is to the sum of each combination of steps."""
    seen = _seen(case).ravel()
    alike = [correlations(sums, seen) for sums in _sums(case)]
    return np.asarray(np.nan_to_num(np.concatenate(alike)))


def _sums(case: Asked) -> list[Floats]:
    """The sum of each combination of steps, those of the same features together."""
    if _all not in case.kept:
        case.kept[_all] = _summed(case)
    return list(case.kept[_all])


def _summed(case: Asked) -> list[Floats]:
    made, found = dict[tuple[int, int], Floats](), list[Floats]()

    def weights(one: Steps) -> Floats:
        key = id(one.classes), id(one.weights)
        if key not in made:
            made[key] = one.weights.do(case.weights(one.classes))
        return np.asarray(one.channels.do(made[key]))

    for features, group in groupby(_all(), key=lambda steps: steps.features):
        chosen = np.stack([weights(one) for one in group])
        found.append(chosen @ features.do(case.features).reshape(chosen.shape[1], -1))
    return found


def _seen(case: Asked) -> Floats:
    return case.middles(case.cells)
