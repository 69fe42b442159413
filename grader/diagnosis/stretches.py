"""Every combination of right and wrong steps of a normalisation, the fewest faults first.

A stretch bends the sum by a curve, takes an offset off, divides, multiplies by the top of its range, and may
end otherwise. All but the curve and the ending are one straight line, so that thousands of combinations cost
as much as a few array operations (bending.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.normalising import (
    BENDS,
    DIVISORS,
    ENDINGS,
    OFFSETS,
    TOPS,
    Bend,
    Ending,
    Top,
)
from grader.diagnosis.taken import Taken
from grader.diagnosis.unbracketed import UNBRACKETED, Unbracketed

MOST_FAULTS = 3  # in one normalisation: more wrong steps than that explain anything

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
    ("least_of_rows_off_columns", "none", "new_maximum"): "each row's minimum is taken off a column, not the "
    "whole map's off all",
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
    **{("", one.taken.id, one.divisor): one.told for one in UNBRACKETED},
}
# What is never divided is as often left as it is: then the top is no second fault.
WHOLE_NAMES: dict[tuple[str, ...], str] = {
    ("", "none", "none", "1", ""): "not normalised at all",
    ("", "none", "none", "", ""): "not normalised, only multiplied by 255",
    ("", "", "none", "1", ""): "the minimum is taken off, but the map is not divided by its range",
    ("", "", "none", "", ""): "the minimum is taken off, but the map is not divided by its range, only "
    "multiplied by 255",
    ("", "", "", "1", "around_0"): "normalised to [-1, 1], not to [0, 255]",
    ("", "", "", "", "around_0"): "normalised to [-255, 255], not to [0, 255]",
    (
        "",
        "mean",
        "deviation",
        "1",
        "",
    ): "mean and standard deviation are used instead of minimum and "
    "maximum, and nothing is multiplied by 255",
    **{("", one.taken.id, one.divisor, "1", ""): one.told for one in UNBRACKETED if one.top == "1"},
}
FORMULAS = {one.taken.id: one for one in UNBRACKETED}
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
        if whole := WHOLE_NAMES.get(("", *self.ids[1:])):
            return tuple(filter(None, (self.bend.fault, whole)))
        told = _line_faults(self.bend, self.offset, self.divisor)
        return (*told, *filter(None, (self.top.fault, self.ending.fault)))

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
    lines = product(BENDS, OFFSETS, DIVISORS)
    every = (Stretch(*line, *end) for line in lines for end in _ends(MOST_FAULTS - len(_line_faults(*line))))
    kept = (one for one in every if len(one.faults) <= MOST_FAULTS and not _said_twice(one))
    return tuple(sorted(kept, key=lambda one: one.cost))


def _line_faults(bend: Bend, offset: Taken, divisor: Taken) -> tuple[str, ...]:
    """The wrong steps of a curve and a straight line, in words."""
    curve, *line = (step.id.removesuffix("_sums") for step in (bend, offset, divisor))
    if core := NAMES.get((curve, *line)):
        return (core,)
    named = NAMES.get(("", *line))
    return tuple(filter(None, (bend.fault, *((named,) if named else (offset.fault, divisor.fault)))))


@cache
def _ends(most: int) -> tuple[tuple[Top, Ending], ...]:
    """The tops with their endings that have so many faults at most."""
    pairs = product(TOPS, ENDINGS)
    return tuple(pair for pair in pairs if sum(bool(step.fault) for step in pair) <= most)


@cache
def fault_counts() -> NDArray[np.intp]:
    """How many faults each of `stretches()` counts."""
    return np.array([len(one.faults) for one in stretches()])


def _said_twice(one: Stretch) -> bool:
    """Return whether another combination gives the same numbers in plainer words."""
    if one.offset.id == "none" and one.divisor.id in SAME:
        return True
    if one.ending.id == "cast" and one.top.id:
        return True
    if (formula := FORMULAS.get(one.offset.id)) is not None and not _is_written(one, formula):
        return True
    ends = {id.endswith("_sums") for id in one.ids[1:3] if "_of_all" in id}
    if len(ends) > 1:
        return True
    return one.offset.id == "" and one.divisor.id == "new_maximum"


def _is_written(one: Stretch, formula: Unbracketed) -> bool:
    """Return whether a formula without brackets is what a stretch is: no curve, its own divisor and top."""
    if formula.top is None:
        return not one.bend.id and one.divisor.id == formula.divisor
    return (*one.ids[:1], *one.ids[2:]) == ("", formula.divisor, formula.top, "")
