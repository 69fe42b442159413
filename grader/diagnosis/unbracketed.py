"""What formulas for a range take off where brackets are missing: `cam - min / (max - min)` and its like.

Each is (cam - inside) / divisor - divided - last. Where 255 is written in the same formula, it multiplies its
first term or its last one alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.diagnosis.taken import Floats, Sheet, Taken, not_0

FULL = 255.0
Part = Callable[[Sheet], Floats]


def _nothing(s: Sheet) -> Floats:
    return np.zeros_like(s.mean)


def _minimum(s: Sheet) -> Floats:
    return s.minimum


def _over_range(s: Sheet) -> Floats:
    return s.minimum / not_0(s.range)


def _over_maximum(s: Sheet) -> Floats:
    return s.minimum / not_0(s.maximum)


def _one(s: Sheet) -> Floats:
    return np.ones_like(s.mean)


@dataclass(frozen=True)
class Formula:
    """One formula without its brackets, multiplied by 255 as a whole; `divisor` is an id of DIVISORS."""

    id: str
    fault: str  # what is taken off, in words
    divisor: str
    told: str  # the whole formula, in words
    inside: Part = _nothing
    divided: Part = _nothing
    last: Part = _nothing

    def off(self, s: Sheet, first: float = 1.0, last: float = 1.0) -> Floats:
        """What it takes off the sum, where its first term is multiplied, or its last one."""
        by = BY[self.divisor](s)
        return np.asarray(self.inside(s) + (self.divided(s) + self.last(s) * last) * by / first)


BY: dict[str, Part] = {"": lambda s: s.range, "old_maximum": lambda s: s.maximum, "none": _one}
AROUND_MAP = "brackets are missing around map minus minimum: "
ALONE = "the minimum alone is divided"
FORMULAS = (
    Formula(
        "minimum_twice",
        "the minimum is taken off twice",
        "old_maximum",
        "brackets are missing around maximum minus minimum: it is divided by the maximum alone, and the "
        "minimum is taken off once more",
        inside=_minimum,
        last=_minimum,
    ),
    Formula(
        "minimum_last",
        "the minimum is taken off after the division",
        "old_maximum",
        f"{AROUND_MAP}the map is divided by its maximum before the minimum is taken off",
        last=_minimum,
    ),
    Formula(
        "minimum_after_range",
        "the minimum is taken off after the division",
        "",
        f"{AROUND_MAP}the map is divided by the range before the minimum is taken off",
        last=_minimum,
    ),
    Formula(
        "minimum_over_range",
        ALONE,
        "none",
        f"{AROUND_MAP}the minimum alone is divided by the range",
        last=_over_range,
    ),
    Formula(
        "minimum_over_maximum_alone",
        ALONE,
        "none",
        f"{AROUND_MAP}the minimum alone is divided by the maximum",
        last=_over_maximum,
    ),
    Formula(
        "minimum_over_maximum",
        ALONE,
        "none",
        "brackets are missing: the minimum alone is divided by the maximum, and taken off once more",
        divided=_over_maximum,
        last=_minimum,
    ),
)


@dataclass(frozen=True)
class Unbracketed:
    """A formula with the place of its 255; `top` is the id of the one top that it goes with, None for any."""

    taken: Taken
    divisor: str
    told: str
    top: str | None


def _whole(one: Formula) -> Unbracketed:
    return Unbracketed(Taken(one.id, one.fault, lambda s, _: one.off(s)), one.divisor, one.told, None)


def _first(one: Formula) -> Unbracketed:
    """The same in `255 * ...`, without brackets around the rest."""
    taken = Taken(f"{one.id}_of_255", one.fault, lambda s, _: one.off(s, first=FULL))
    return Unbracketed(taken, one.divisor, one.told, "")


def _last(one: Formula) -> Unbracketed:
    """The same in `... * 255`, without brackets around the rest."""
    taken = Taken(f"{one.id}_by_255", one.fault, lambda s, _: one.off(s, last=FULL))
    told = f"{one.told}, and only the minimum is multiplied by 255"
    return Unbracketed(taken, one.divisor, told, "1")


UNBRACKETED: tuple[Unbracketed, ...] = (
    *map(_whole, FORMULAS),
    *map(_first, FORMULAS),
    *map(_last, FORMULAS),
    Unbracketed(
        Taken("minimum_over_255", "the minimum is not multiplied by 255", lambda s, _: s.minimum / FULL),
        "",
        f"{AROUND_MAP}only the map is multiplied by 255",
        "",
    ),
    Unbracketed(
        Taken("minimum_by_255", "only the minimum is multiplied by 255", lambda s, _: s.minimum * FULL),
        "",
        f"{AROUND_MAP}only the minimum is multiplied by 255",
        "1",
    ),
)
