"""From a weighted sum to levels, by one stretch or by many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.normalising import BENDS, DIVISORS, ENDINGS, OFFSETS
from grader.diagnosis.stretches import stretches
from grader.diagnosis.taken import Floats, Sheet, Taken, not_0

Extremes = Mapping[str, tuple[float, float]]  # by bend
Cells = tuple[NDArray[np.intp] | slice, ...]
RIGHT_SUMS = "right sums"  # their extremes, beside those by bend
WHOLE: Cells = (slice(None),)
Enlarging = Callable[[Floats], Floats]


def extremes(everyone: Floats) -> Extremes:
    """Return the least and the greatest value over all classes' sums (K, h, w), for each bend."""
    with np.errstate(all="ignore"):
        bent = {one.id: one.do(everyone) for one in BENDS if one.id != "softmax"}
    found = {id: (float(values.min()), float(values.max())) for id, values in bent.items()}
    return found | {"softmax": (0.0, 1.0), RIGHT_SUMS: found[""]}


NO_ENDS: Extremes = dict.fromkeys(
    [*(one.id for one in BENDS), RIGHT_SUMS], (0.0, 0.0)
)  # for what takes nothing from other classes


def as_it_is(values: Floats) -> Floats:
    """Enlarge nothing."""
    return values


Numbers = NDArray[np.intp]  # of stretches, in the order of `stretches()`


@cache
def _columns() -> tuple[Numbers, Floats, Numbers]:
    """For every stretch: the numbers of its bend, offset and divisor (3, N), its top, its ending."""
    every = stretches()
    lines = [(BENDS.index(one.bend), OFFSETS.index(one.offset), DIVISORS.index(one.divisor)) for one in every]
    tops = np.array([one.top.value for one in every])
    return np.array(lines).T, tops, np.array([ENDINGS.index(one.ending) for one in every])


@dataclass(frozen=True)
class Bent:
    """A sum as every bend leaves it, at some of its cells, and the straight lines to put it through."""

    values: Floats  # (bends, h, w)
    lines: Floats  # (bends, offsets, divisors, 2): slope and start

    def levels(self, numbers: Numbers) -> Floats:
        """Return the levels (N, h, w) that some stretches make of the sum."""
        (bends, offsets, divisors), tops, endings = _columns()
        which, top = bends[numbers], tops[numbers][:, None, None]
        slope, start = self.lines[which, offsets[numbers], divisors[numbers]].T[..., None, None]
        straight = (self.values[which] * slope + start) * top
        for number, ending in enumerate(ENDINGS[1:], 1):
            mine = endings[numbers] == number
            straight[mine] = ending.do(straight[mine], top[mine])
        return np.asarray(straight)


def bend(raw: Floats, ends: Extremes, at: Cells = WHOLE, enlarging: Enlarging = as_it_is) -> Bent:
    """Bend a sum (h, w) in every way, and enlarge it.

    Its minimum, maximum and the like are those of all of its cells then.
    """
    bent = np.stack([enlarging(one.do(raw)) for one in BENDS])
    sheet = _sheet(bent, [ends[one.id] for one in BENDS], ends[RIGHT_SUMS])
    return Bent(bent[:, *at], _lines(sheet, OFFSETS, DIVISORS))


def stretched(number: int, raw: Floats, ends: Extremes, enlarging: Enlarging = as_it_is) -> Floats:
    """Return the levels that one stretch makes of a sum (h, w): those of `bend`, without the other bends."""
    one = stretches()[number]
    values = enlarging(one.bend.do(raw))
    sheet = _sheet(values[None], [ends[one.bend.id]], ends[RIGHT_SUMS])
    slope, start = _lines(sheet, [one.offset], [one.divisor])[0, 0, 0]
    return np.asarray(one.ending.do((values * slope + start) * one.top.value, np.asarray(one.top.value)))


def right(sums: Floats) -> Floats:
    """Return the levels that the stretch without a fault makes of each of many sums (N, h, w)."""
    one, ends = stretches()[0], [NO_ENDS[""]] * len(sums)
    lines = _lines(_sheet(sums, ends, NO_ENDS[RIGHT_SUMS]), [one.offset], [one.divisor])
    slope, start = lines.reshape(-1, 2).T[..., None, None]
    return np.asarray((sums * slope + start) * one.top.value)


def _lines(sheet: Sheet, offsets: Sequence[Taken], divisors: Sequence[Taken]) -> Floats:
    """Return slope and start (bends, offsets, divisors, 2) of the straight line of each."""
    nothing = np.zeros_like(sheet.mean)
    off = np.array([offset.of(sheet, nothing) for offset in offsets])
    by = np.stack([np.broadcast_to(divisor.of(sheet, off), off.shape) for divisor in divisors], axis=-1)
    by = not_0(by.swapaxes(0, 1))
    return np.stack([1 / by, -off.T[:, :, None] / by], axis=-1)


def _sheet(bent: Floats, ends: Sequence[tuple[float, float]], sums: tuple[float, float]) -> Sheet:
    flat = bent.reshape(len(bent), -1)
    least, greatest = np.array(ends).T
    of_sums = (np.full(len(bent), end) for end in sums)
    return Sheet(
        flat.shape[1],
        flat.min(1),
        flat.max(1),
        flat.mean(1),
        flat.std(1),
        np.abs(flat).sum(1),
        least,
        greatest,
        *of_sums,
    )
