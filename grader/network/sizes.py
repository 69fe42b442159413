"""Arithmetic of sizes: how large a network's map is before the crop, for any input size."""

from __future__ import annotations

from collections.abc import Iterable

from grader.network.graph import Expr


def mapped(size: int, steps: Iterable[Expr], axis: int) -> int | None:
    """Return the size along an axis (0 rows, 1 columns) after these steps; None where it can't be told."""
    for step in steps:
        after = _after(size, step, axis)
        if after is None:
            return None
        size = after
    return size


def _after(size: int, step: Expr, axis: int) -> int | None:
    if step.op == "conv":
        reach = step["dilation"][axis] * (dict(step.inputs[1].attrs)["shape"][2 + axis] - 1)
        return int((size + 2 * step["padding"][axis] - reach - 1) // step["stride"][axis] + 1)
    if step.op == "deconv":
        reach = step["dilation"][axis] * (dict(step.inputs[1].attrs)["shape"][2 + axis] - 1)
        grown = (size - 1) * step["stride"][axis] - 2 * step["padding"][axis]
        return int(grown + reach + step["output_padding"][axis] + 1)
    if step.op == "max_pool":
        return _pooled(size, step, axis)
    return None if "upsample" in step.op or step.op == "crop" or "pool" in step.op else size


def _pooled(size: int, step: Expr, axis: int) -> int:
    padding, stride = step["padding"][axis], step["stride"][axis]
    span = size + 2 * padding - step["dilation"][axis] * (step["kernel"][axis] - 1) - 1
    if not step["ceil"]:
        return int(span // stride + 1)
    up = -(-span // stride) + 1
    return int(up - 1 if (up - 1) * stride >= size + padding else up)
