"""Slices, paddings and splits of rows and columns, read as the crops that they are; crops of crops as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grader.network.graph import Expr, Pair, crop, expr
from grader.wall.values import Shape

Args = Sequence[Any]

SPLITS = {"aten.split.Tensor", "aten.split_with_sizes.default"}


def as_crop(made: Expr, source: Shape | None, shape: Shape) -> Expr | None:
    """The crop that a call is, knowing the shapes of its first argument and of its result; None for none."""
    if source is None or len(source) != 4 or len(shape) != 4:
        return None
    window = CROPS[made.op](made["args"], source, made) if made.op in CROPS else None
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
    if dim % 4 < 2:
        return None if start or made_short(args, source) else (0, 0)
    return (start, 0) if dim % 4 == 2 else (0, start)


def made_short(args: Args, source: Shape) -> bool:
    """Whether a slice along batch or channels leaves something out."""
    dim, end = (args[1] if len(args) > 1 else 0) or 0, args[3] if len(args) > 3 else None
    return end is not None and not (end >= source[dim])


def _pad(args: Args, source: Shape, made: Expr) -> Pair | None:
    pads = args[1][1:]
    value = args[2] if len(args) > 2 else 0
    if len(pads) > 4 or (value not in (0, 0.0, None) and any(pad > 0 for pad in pads)):
        return None
    left, _, top, _ = (*pads, 0, 0)[:4]
    return (-top, -left)


def _index_select(args: Args, source: Shape, made: Expr) -> Pair | None:
    found, dim = _counted(made.inputs[1]), args[1] % 4
    if found is None or dim < 2:
        return None
    return (found[0], 0) if dim == 2 else (0, found[0])


def _index(args: Args, source: Shape, made: Expr) -> Pair | None:
    """Rows upright beside columns, or either alone: `x[:, :, rows[:, None], columns]`."""
    batch, channels, rows, columns = (*args[1][1:], None, None)[:4]
    down = (0, True) if rows is None else _counted(made.inputs[rows[1]])
    along = (0, False) if columns is None else _counted(made.inputs[columns[1]])
    if (batch, channels) != (None, None) or down is None or along is None:
        return None
    outer = rows is None or columns is None or (down[1] and not along[1])  # else they run side by side
    return (down[0], along[0]) if outer else None


def _counted(index: Expr) -> tuple[int, bool] | None:
    """Where numbers that are counted one by one start, and whether they stand upright; None for others."""
    shift, upright = 0, False
    while not index.op.startswith("aten.arange"):
        args = (*dict(index.attrs).get("args", ()), None)
        if index.op == "aten.add.Tensor" and isinstance(args[1], int) and not index["named"]:
            shift += args[1]
        elif index.op == "aten.unsqueeze.default":
            upright = args[1] % 2 == 1
        elif index.op == "aten.view.default":
            upright = len(args[1]) == 3 and args[1][-1] == 1
        else:
            return None
        index = index.inputs[0]
    numbers = [n for n in index["args"] if isinstance(n, int)]
    start, step = (0 if len(numbers) < 2 else numbers[0]), (numbers[2] if len(numbers) > 2 else 1)
    return (start + shift, upright) if step == 1 else None


CROPS: dict[str, Callable[[Args, Shape, Expr], Pair | None]] = {
    "aten.slice.Tensor": _slice,
    "aten.constant_pad_nd.default": _pad,
    "aten.index_select.default": _index_select,
    "aten.index.Tensor": _index,
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
