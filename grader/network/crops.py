"""Slices, paddings and splits of rows and columns, read as the crops that they are; crops of crops as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from grader.network.counted import Counted, counted
from grader.network.graph import Expr, Pair, crop, expr
from grader.wall.values import Shape

Args = Sequence[Any]

SPLITS = {"aten.split.Tensor", "aten.split_with_sizes.default"}


def as_crop(made: Expr, source: Shape | None, shape: Shape) -> Expr | None:
    """The crop that a call is, knowing the shapes of its first argument and of its result; None for none."""
    if made.op not in CROPS or source is None or len(source) != 4 or len(shape) != 4:
        return None
    if shape[:2] != source[:2]:
        return None  # of the batch, or of the channels, something is left out
    window = CROPS[made.op](made["args"], source, made)
    if window is None:
        return None
    top, left = window
    return fold_crop(crop(made.inputs[0], top, left, shape[2], shape[3], made.place), source)


def part(made: Expr, position: int, source: Shape | None, shape: Shape) -> Expr | None:
    """A part of rows or columns that were split, as the crop that it is."""
    if made.op not in SPLITS or source is None or len(source) != 4 or len(shape) != 4:
        return None
    _, sizes, dim = (*made["args"], 0)[:3]
    before = [sizes] * position if isinstance(sizes, int) else sizes[1 : position + 1]
    if dim % 4 < 2 or not all(isinstance(size, int) for size in before):
        return None
    top, left = (sum(before), 0) if dim % 4 == 2 else (0, sum(before))
    return fold_crop(crop(made.inputs[0], top, left, shape[2], shape[3], made.place), source)


def _slice(args: Args, source: Shape, made: Expr) -> Pair | None:
    _, dim, start, _, step = (*args, *(None,) * 4)[:5]
    dim = dim or 0
    start = start or 0
    start = start + source[dim] if start < 0 else start  # one past the end leaves nothing, and is told
    if step not in (None, 1):
        return None
    return _along(dim, start) or (0, 0)


def _pad(args: Args, source: Shape, made: Expr) -> Pair | None:
    pads = args[1][1:]
    value = args[2] if len(args) > 2 else 0
    if len(pads) > 4 or (value not in (0, 0.0, None) and any(pad > 0 for pad in pads)):
        return None
    left, _, top, _ = (*pads, 0, 0)[:4]
    return (-top, -left)


def _index_select(args: Args, source: Shape, made: Expr) -> Pair | None:
    found = counted(made.inputs[1])
    return _along(args[1], found.start) if found else None


def _gather(args: Args, source: Shape, made: Expr) -> Pair | None:
    """What is taken along an axis by numbers that are counted along it, and alike everywhere else."""
    found = counted(made.inputs[1])
    return _along(args[1], found.start) if found and found.axis % 4 == args[1] % 4 else None


def _as_strided(args: Args, source: Shape, made: Expr) -> Pair | None:
    """A window of a map whose rows lie one behind the other: where it starts, as a number of pixels."""
    _, _, strides, offset = (*args, None)[:4]
    behind = [prod(source[axis + 1 :]) for axis in range(4)]
    if list(strides[1:]) != behind or not isinstance(offset, int):
        return None
    return divmod(offset, source[3]) if offset < behind[1] else None


def _along(dim: int, start: int) -> Pair | None:
    return {2: (start, 0), 3: (0, start)}.get(dim % 4)


def _index(args: Args, source: Shape, made: Expr) -> Pair | None:
    """Rows upright beside columns, or either alone: `x[:, :, rows[:, None], columns]`."""
    batch, channels, rows, columns = (*args[1][1:], None, None)[:4]
    down = Counted(0, -2) if rows is None else counted(made.inputs[rows[1]])
    along = Counted(0, -1) if columns is None else counted(made.inputs[columns[1]])
    if (batch, channels) != (None, None) or down is None or along is None:
        return None
    outer = rows is None or columns is None or (down.axis, along.axis) == (-2, -1)  # else side by side
    return (down.start, along.start) if outer else None


CROPS: dict[str, Callable[[Args, Shape, Expr], Pair | None]] = {
    "aten.slice.Tensor": _slice,
    "aten.constant_pad_nd.default": _pad,
    "aten.index_select.default": _index_select,
    "aten.index.Tensor": _index,
    "aten.gather.default": _gather,
    "aten.as_strided.default": _as_strided,
}


def fold_crop(outer: Expr, source: Shape) -> Expr:
    """Merge a crop of a crop into one, drop one that keeps everything, mark padding: even, or at the ends."""
    top, left, height, width = (int(outer[name]) for name in ("top", "left", "height", "width"))
    inner = outer.inputs[0]
    inside = top >= 0 and left >= 0 and top + height <= source[2] and left + width <= source[3]
    if (top, left, height, width) == (0, 0, source[2], source[3]):
        return inner
    if inner.op == "crop" and inside:
        return crop(inner.inputs[0], inner["top"] + top, inner["left"] + left, height, width, outer.place)
    if top <= 0 and left <= 0 and (height, width) == (source[2] - 2 * top, source[3] - 2 * left):
        if inner.op == "crop" and dict(inner.attrs).get("even"):
            inner, top, left = inner.inputs[0], inner["top"] + top, inner["left"] + left
        attrs = {"top": top, "left": left, "height": height, "width": width, "even": True}
        return expr("crop", inner, place=outer.place, **attrs)
    if (top, left) == (0, 0) and (height > source[2] or width > source[3]):
        return expr("crop", *outer.inputs, place=outer.place, **dict(outer.attrs), padded=True)
    return outer
