"""From a weighted sum to levels: the steps of a normalisation, and every combination of right and wrong ones.

A stretch bends the sum by a curve, takes an offset off, divides, multiplies by the top of its range, and may
end otherwise. All but the curve and the ending are one straight line, so that thousands of combinations cost
as much as a few array operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Extremes = Mapping[str, tuple[float, float]]  # by bend
Cells = tuple[NDArray[np.intp] | slice, ...]
RIGHT_SUMS = "right sums"  # their extremes, beside those by bend
WHOLE: Cells = (slice(None),)
Enlarging = Callable[[Floats], Floats]
MOST_FAULTS = 3  # in one normalisation: more wrong steps than that explain anything


@dataclass(frozen=True)
class Bend:
    """A curve that the whole sum goes through first; `fault` is "" for the right way, which is none."""

    id: str
    fault: str
    do: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Sheet:
    """For each of some bent sums, what offsets and divisors are made of.

    `all_*` are over every class, `sums_*` as well, but of the right sums before anything is bent.
    """

    cells: int
    minimum: Floats
    maximum: Floats
    mean: Floats
    deviation: Floats
    absolute: Floats  # the sum of absolute values
    all_minimum: Floats
    all_maximum: Floats
    sums_minimum: Floats
    sums_maximum: Floats

    @property
    def range(self) -> Floats:
        return self.maximum - self.minimum

    def sum(self, offset: Floats) -> Floats:
        """The sum once an offset is taken off."""
        return self.cells * (self.mean - offset)

    def norm(self, offset: Floats) -> Floats:
        """The square root of the sum of squares once an offset is taken off."""
        return np.asarray(math.sqrt(self.cells) * np.hypot(self.deviation, self.mean - offset))


@dataclass(frozen=True)
class Taken:
    """A number taken off the bent sum, or what it is divided by; `offset` is what was taken off before."""

    id: str
    fault: str
    of: Callable[[Sheet, Floats], Floats]


@dataclass(frozen=True)
class Top:
    """The end of the range that a map in [0, 1] is multiplied by."""

    id: str
    fault: str
    value: float


@dataclass(frozen=True)
class Ending:
    """What happens to levels at last, given the top."""

    id: str
    fault: str
    do: Callable[[Floats, Floats], Floats]


def _softmax(r: Floats) -> Floats:
    e = np.exp(r - r.max())
    return np.asarray(e / e.sum())


def _root(y: Floats, top: Floats) -> Floats:
    return np.asarray(np.sqrt(np.abs(y) * top))


def _cast(y: Floats, top: Floats) -> Floats:
    return np.asarray(np.floor(y / top + 1e-9) * top)


BENDS = (
    Bend("", "", lambda r: r),
    Bend("relu", "negative values are cut to 0 before the map is stretched", lambda r: np.maximum(r, 0)),
    Bend("abs", "absolute values are taken before the map is stretched", np.abs),
    Bend("square", "the sum is squared before the map is stretched", lambda r: r * r),
    Bend("softmax", "a softmax is used", _softmax),
    Bend("sigmoid", "a sigmoid is used", lambda r: 1 / (1 + np.exp(-r))),
    Bend("exp", "an exponential is used", lambda r: np.exp(r)),
    Bend("over_maximum", "divided by its maximum first", lambda r: r / (r.max() or 1.0)),
    Bend("tanh", "a hyperbolic tangent is used", np.tanh),
)

LEAST_OF_ALL = "the minimum of all classes' maps is taken off"
RANGE_OF_ALL = "it is divided by the range of all classes' maps"
GREATEST_OF_ALL = "it is divided by the maximum of all classes' maps"
OFFSETS = (
    Taken("", "", lambda s, _: s.minimum),
    Taken("none", "the minimum is not taken off", lambda s, _: np.zeros_like(s.mean)),
    Taken("minimum_of_all", LEAST_OF_ALL, lambda s, _: s.all_minimum),
    Taken("minimum_of_all_sums", LEAST_OF_ALL, lambda s, _: s.sums_minimum),
    Taken("mean", "the mean is taken off instead of the minimum", lambda s, _: s.mean),
    Taken("maximum", "the maximum is taken off instead of the minimum", lambda s, _: s.maximum),
    Taken("plus_minimum", "the minimum is added instead of taken off", lambda s, _: -s.minimum),
    Taken("minus_one", "the map is shifted by 1, whatever it holds", lambda s, _: np.full_like(s.mean, -1.0)),
)

DIVISORS = (
    Taken("", "", lambda s, _: s.range),
    Taken("new_maximum", "", lambda s, offset: s.maximum - offset),  # the range, where the offset is right
    Taken("old_maximum", "it is divided by the old maximum, that of before", lambda s, _: s.maximum),
    Taken("none", "it is not divided by its range", lambda s, _: np.ones_like(s.mean)),
    Taken("range_of_all", RANGE_OF_ALL, lambda s, _: s.all_maximum - s.all_minimum),
    Taken("range_of_all_sums", RANGE_OF_ALL, lambda s, _: s.sums_maximum - s.sums_minimum),
    Taken("maximum_of_all", GREATEST_OF_ALL, lambda s, _: s.all_maximum),
    Taken("maximum_of_all_sums", GREATEST_OF_ALL, lambda s, _: s.sums_maximum),
    Taken("sum", "it is divided by its sum", lambda s, offset: s.sum(offset)),
    Taken(
        "times_maximum",
        "it is multiplied by its maximum instead of divided",
        lambda s, offset: 1 / np.where(s.maximum == offset, 1.0, s.maximum - offset),
    ),
    Taken("maximum_and_minimum", "it is divided by maximum plus minimum", lambda s, _: s.maximum + s.minimum),
    Taken("sum_of_absolutes", "it is divided by the sum of absolute values", lambda s, _: s.absolute),
    Taken("old_sum", "it is divided by the sum of before", lambda s, _: s.sum(np.zeros_like(s.mean))),
    Taken(
        "largest_absolute",
        "it is divided by the largest absolute value",
        lambda s, offset: np.maximum(s.maximum - offset, offset - s.minimum),
    ),
    Taken("deviation", "it is divided by the standard deviation", lambda s, _: s.deviation),
    Taken(
        "norm",
        "it is divided by the square root of the sum of squares",
        lambda s, offset: s.norm(offset),
    ),
    Taken("two", "it is divided by 2, whatever it holds", lambda s, _: np.full_like(s.mean, 2.0)),
)

TOPS = (
    Top("", "", 255.0),
    Top("1", "normalised to [0, 1], not to [0, 255]", 1.0),
    Top("127", "normalised to half of the range, about [0, 127]", 127.5),
    Top("100", "normalised to [0, 100]", 100.0),
    Top("256", "normalised to [0, 256], so that the maximum wraps around to 0", 256.0),
    Top("512", "normalised to [0, 512], so that levels wrap around", 512.0),
)

ENDINGS = (
    Ending("", "", lambda y, top: y),
    Ending("inverted", "inverted: the strongest place is dark", lambda y, top: top - y),
    Ending("negated", "it has the other sign, so that its levels are below 0", lambda y, top: -y),
    Ending("cast", "the map becomes bytes while it is in [0, 1], so that only its maximum is left", _cast),
    Ending("square", "squared after it was stretched", lambda y, top: y * y / top),
    Ending("root", "the square root is taken after it was stretched", _root),
)

# Bend, offset and divisor that people know under one name, by their ids; top and ending are told beside it.
NAMES: dict[tuple[str, ...], str] = {
    (
        "",
        "",
        "old_maximum",
    ): "divided by the old maximum: the minimum was taken off without taking it off the maximum",
    (
        "over_maximum",
        "",
        "none",
    ): "divided by the old maximum: the map was divided by it before the minimum was taken off",
    ("", "none", "new_maximum"): "the minimum is not taken off, the map is only divided by its maximum",
    ("", "none", ""): "the minimum is not taken off, the map is only divided by its range",
    ("", "", "none"): "the minimum is taken off, but the map is not divided by its range",
    ("relu", "none", "new_maximum"): "negative values are cut to 0 before the map is stretched",
    ("abs", "none", "new_maximum"): "absolute values are taken before the map is stretched, which is by the "
    "maximum alone",
    ("", "none", "largest_absolute"): "divided by the largest absolute value, without taking the minimum off",
    ("", "mean", "deviation"): "mean and standard deviation are used instead of minimum and maximum",
    ("softmax", "none", "none"): "a softmax is used instead of minimum and maximum",
    ("softmax", "none", "new_maximum"): "a softmax is used and divided by its maximum",
    ("softmax", "", ""): "a softmax is used and stretched",
    ("sigmoid", "none", "none"): "a sigmoid is used instead of minimum and maximum",
    ("sigmoid", "", ""): "a sigmoid is used and stretched",
    ("", "minus_one", "two"): "the range is taken from -1 to 1, whatever the map holds",
    ("", "minimum_of_all", "range_of_all"): "the range is that of all classes' maps, not of this one's",
    ("", "none", "maximum_of_all"): "the map is only divided by the maximum of all classes' maps",
    ("", "none", "sum"): "the map is divided by its sum instead of being stretched from minimum to maximum",
    ("", "none", "sum_of_absolutes"): "the map is divided by the sum of its absolute values instead of being "
    "stretched from minimum to maximum",
    ("", "none", "none"): "not normalised",
}
# What is never divided is as often left as it is: then the top is no second fault.
WHOLE_NAMES: dict[tuple[str, ...], str] = {
    ("", "none", "none", "1", ""): "not normalised at all",
    ("", "none", "none", "", ""): "not normalised, only multiplied by 255",
    ("", "", "none", "1", ""): "the minimum is taken off, but the map is not divided by its range",
    ("", "", "none", "", ""): "the minimum is taken off, but the map is not divided by its range, only "
    "multiplied by 255",
    (
        "",
        "mean",
        "deviation",
        "1",
        "",
    ): "mean and standard deviation are used instead of minimum and "
    "maximum, and nothing is multiplied by 255",
}
SAME = ("old_sum", "old_maximum")  # where nothing is taken off, before and after are one


@dataclass(frozen=True)
class Stretch:
    """One way to normalise: a step of each kind."""

    bend: Bend
    offset: Taken
    divisor: Taken
    top: Top
    ending: Ending

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(step.id for step in self.steps)

    @property
    def steps(self) -> tuple[Bend | Taken | Top | Ending, ...]:
        return (self.bend, self.offset, self.divisor, self.top, self.ending)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """The wrong steps in words; what people know under one name is one."""
        if self.ids in WHOLE_NAMES:
            return (WHOLE_NAMES[self.ids],)
        bend, *line = (id.removesuffix("_sums") for id in self.ids[:3])
        if core := NAMES.get((bend, *line)):
            first = [core]
        else:
            named = NAMES.get(("", *line))
            first = [self.bend.fault, *([named] if named else (self.offset.fault, self.divisor.fault))]
        return tuple(filter(None, (*first, self.top.fault, self.ending.fault)))

    @property
    def fault(self) -> str:
        """All wrong steps in words; "" where there are none."""
        return "; ".join(self.faults)

    @property
    def cost(self) -> float:
        """How many faults it counts; of two with as many, the one of fewer unusual steps is the likelier."""
        relu = 0.05 * (self.bend.id == "relu")  # which is what cutting bytes at 0 is, too
        return len(self.faults) + 0.01 * sum(bool(step.fault) for step in self.steps) - relu


@cache
def stretches() -> tuple[Stretch, ...]:
    """Return every combination of few faults, the fewest first; the first is the right one."""
    every = (Stretch(*steps) for steps in product(BENDS, OFFSETS, DIVISORS, TOPS, ENDINGS))
    kept = (one for one in every if len(one.faults) <= MOST_FAULTS and not _said_twice(one))
    return tuple(sorted(kept, key=lambda one: one.cost))


@cache
def fault_counts() -> NDArray[np.intp]:
    """How many faults each of `stretches()` counts."""
    return np.array([len(one.faults) for one in stretches()])


def _said_twice(one: Stretch) -> bool:
    """Say whether another combination gives the same numbers in plainer words."""
    if one.offset.id == "none" and one.divisor.id in SAME:
        return True
    if one.ending.id == "cast" and one.top.id:
        return True
    ends = {id.endswith("_sums") for id in one.ids[1:3] if "_of_all" in id}
    if len(ends) > 1:
        return True
    return one.offset.id == "" and one.divisor.id == "new_maximum"


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


def _lines(sheet: Sheet, offsets: Sequence[Taken], divisors: Sequence[Taken]) -> Floats:
    """Return slope and start (bends, offsets, divisors, 2) of the straight line of each."""
    nothing = np.zeros_like(sheet.mean)
    off = [offset.of(sheet, nothing) for offset in offsets]
    by = np.array([[divisor.of(sheet, taken) for divisor in divisors] for taken in off]).transpose(2, 0, 1)
    by[by == 0] = 1.0
    return np.stack([1 / by, -np.array(off).T[:, :, None] / by], axis=-1)


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
