"""What is taken off a sum and what it is divided by, and what both are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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


def not_0(values: Floats) -> Floats:
    """Return divisors, 1 where one is 0."""
    return np.where(values == 0, 1.0, values)
