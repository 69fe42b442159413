"""Arithmetic of sizes: how large a network's map is before the crop, for any input size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from grader.network import narrow
from grader.network.graph import Expr, Pair, weight_shape
from grader.network.path import LAYERS

BORDERS = ("aten.reflection_pad2d.default", "aten.replication_pad2d.default")
IMAGE = 3  # channels
OTHERS = ("upsample", "grid_sampler", "crop", "pool", "slice", "pad", "index")  # of a size that isn't told


def mapped(size: int, steps: Iterable[Expr], axis: int) -> int | None:
    """Return the size along an axis (0 rows, 1 columns) after these steps; None where it can't be told."""
    for step in steps:
        try:
            after = _after(size, step, axis)
        except (ZeroDivisionError, LookupError):
            return None  # a recording may claim strides of 0, and weights of fewer axes
        if after is None:
            return None
        size = after
    return size


@dataclass(frozen=True, slots=True)
class Load:
    """What the maps of a path take on a picture: operations, and elements of all maps together."""

    operations: float = 0.0
    elements: int = 0


def load(size: Pair, steps: Iterable[Expr], share: int = 1) -> Load:
    """Return what a path takes with one of `share` channels, as far as its sizes can be told."""
    operations, elements, sides, channels = 0.0, 0, size, IMAGE
    for step in steps:
        rows, columns = (mapped(side, [step], axis) for axis, side in enumerate(sides))
        if rows is None or columns is None:
            break
        if step.op in LAYERS:
            weight = narrow.shape(weight_shape(step), share) if share > 1 else weight_shape(step)
            over = sides if step.op == "deconv" else (rows, columns)  # where the kernel is laid
            operations += 2.0 * prod(over) * prod(weight)
            channels = weight[1] * step["groups"] if step.op == "deconv" else weight[0]
        sides = rows, columns
        elements += channels * rows * columns
    return Load(operations, elements)


def _after(size: int, step: Expr, axis: int) -> int | None:
    if step.op in LAYERS and not weight_shape(step):
        return None
    if step.op == "conv":
        reach = step["dilation"][axis] * (weight_shape(step)[2 + axis] - 1)
        return int((size + 2 * step["padding"][axis] - reach - 1) // step["stride"][axis] + 1)
    if step.op == "deconv":
        reach = step["dilation"][axis] * (weight_shape(step)[2 + axis] - 1)
        grown = (size - 1) * step["stride"][axis] - 2 * step["padding"][axis]
        return int(grown + reach + step["output_padding"][axis] + 1)
    if step.op == "max_pool":
        shape = (step[name][axis] for name in ("kernel", "stride", "padding", "dilation"))
        return _pooled(size, *shape, ceil=step["ceil"])
    if step.op == "aten.avg_pool2d.default":
        return _averaged(size, step, axis)
    if step.op in BORDERS:
        return size + int(sum(step["args"][1][1:][2 - 2 * axis :][:2]))
    if step.op == "aten.slice.Tensor" and step["args"][1] % 4 < 2:  # of pictures or channels
        return size
    return None if any(word in step.op for word in OTHERS) else size


def _averaged(size: int, step: Expr, axis: int) -> int:
    _, kernel, stride, padding, ceil = (*step["args"], *(None,) * 5)[:5]
    kernel, stride, padding = (
        (*each, each[-1])[1 + axis] if each else 0 for each in (kernel, stride, padding)
    )
    return _pooled(size, kernel, stride or kernel, padding, 1, ceil=bool(ceil))


def _pooled(size: int, kernel: int, stride: int, padding: int, dilation: int, *, ceil: bool) -> int:
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil:
        return int(span // stride + 1)
    up = -(-span // stride) + 1
    return int(up - 1 if (up - 1) * stride >= size + padding else up)
