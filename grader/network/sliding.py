"""The windows that slide over a map, taken out of it to be weighed: `unfold` by axis, or as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.network.axes import WINDOWS, Axis, Moved, Shape
from grader.network.graph import Expr, expr


def unfold(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    """Windows of rows or of columns as an axis behind the others; both are those of a convolution."""
    at, size, step = args[0] % len(moved.axes), *args[1:]
    over = moved.axes[at]
    if over not in ((2,), (3,)) or moved.source.op == "leaf":
        return None
    turn = over[0] - 2
    made, sizes = windows(moved)
    if sizes[4 + turn] != 1:
        return None
    sizes[over[0]], sizes[4 + turn] = shape[at], size
    stride = [*made["stride"]]
    stride[turn] = step
    source = expr(WINDOWS, *made.inputs, **{**dict(made.attrs), "stride": tuple(stride)})
    return _over(source, sizes, (*moved.axes, (4 + turn,)))


def columns(moved: Moved, args: Sequence[Any], shape: Shape) -> Moved | None:
    """All windows of a map side by side, each as one column of numbers."""
    kernel, dilation, padding, stride = map(tuple, args)
    if not moved.is_back or len(moved.shape) != 4 or moved.source.op == "leaf" or min(stride) < 1:
        return None
    count = [
        (size + 2 * edge - gap * (length - 1) - 1) // step + 1
        for size, edge, gap, length, step in zip(
            moved.shape[2:], padding, dilation, kernel, stride, strict=True
        )
    ]
    source = expr(WINDOWS, moved.source, stride=stride, padding=padding, dilation=dilation)
    return _over(source, (*moved.shape[:2], *count, *kernel), ((0,), (1, 4, 5), (2, 3)))


def windows(moved: Moved) -> tuple[Expr, list[int]]:
    """The windows that a value holds already, those of one pixel in a map, and their sizes."""
    if moved.source.op == WINDOWS:
        return moved.source, [*moved.shape]
    return expr(WINDOWS, moved.source, stride=(1, 1), padding=(0, 0), dilation=(1, 1)), [*moved.shape, 1, 1]


def _over(source: Expr, sizes: Sequence[int], axes: Sequence[Axis]) -> Moved:
    return Moved(source, tuple(sizes), tuple(tuple(at for at in axis if sizes[at] != 1) for axis in axes))
