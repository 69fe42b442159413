"""Where the axes of a map, of its windows or of a weight are in another value."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from grader.network.graph import Expr

Shape = tuple[int, ...]
Axis = tuple[int, ...]  # the axes of the source that one axis holds; none where it has one element

WINDOWS = "windows"  # of a map: batch, channels, rows and columns of windows, rows and columns in each


@dataclass(frozen=True)
class Moved:
    """The axes of `source`, which has `shape`, as another value has them."""

    source: Expr
    shape: Shape
    axes: tuple[Axis, ...]

    @property
    def content(self) -> Axis:
        """The axes that a convolution sums over: of a window or a weight its channels, rows and columns."""
        first = 1 if self.source.op == "leaf" else 3
        return tuple(at for at in (1, *range(first + 1, len(self.shape))) if at == 1 or self.shape[at] != 1)

    def weighs(self, map: Moved) -> bool:
        """Whether it is a parameter that can weigh what a map, or each of its windows, holds."""
        held = (map.shape[1], *map.shape[4:])
        flat = prod(self.shape[2:]) == 1 and prod(self.shape[1:]) == prod(held)
        return self.source.op == "leaf" and (flat or self.shape[1:] == held)

    @property
    def is_back(self) -> bool:
        """Whether every axis is where the source has it, which windows have in no map."""
        return self.axes == places(self.shape) and self.source.op != WINDOWS


def places(shape: Shape) -> tuple[Axis, ...]:
    """The axes of a shape, each in its own place."""
    return tuple((at,) if size != 1 else () for at, size in enumerate(shape))
