"""What computing a value takes, told before it is computed: a student's numbers must not set the price."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor

from grader.network.graph import Expr

Value = Tensor | tuple[Tensor, ...]

MAX_ELEMENTS = 400_000_000  # of one value, or of what a convolution lays out on its way
MAX_TOTAL = 450_000_000  # of all values that are kept; both reference networks take half of it
MAX_WIDE = 330_000_000  # of those of a run with all channels, which takes 270 and more for gradients
MAX_NARROW = 200_000_000  # of those of a run with an eighth of the channels, which takes a twentieth of it
MAX_OPERATIONS = 5e12  # of all that is computed: a hundred passes of a reference network, a minute or less
TOUCHED = 100  # operations that reading or writing an element takes as long as


class OverBudgetError(RuntimeError):
    """A value would take more memory or arithmetic than there is for it."""


def elements(value: Value) -> int:
    """Count a value's elements, in float32's size."""
    parts = value if isinstance(value, tuple) else (value,)
    return sum(part.numel() * part.element_size() // 4 for part in parts)


def on_meta(value: Any) -> Any:
    """Return a value of the same shapes that takes no memory."""
    if isinstance(value, tuple):
        return tuple(part.to("meta") for part in value)
    return value.to("meta") if isinstance(value, Tensor) else value


def shaped(node: Expr, inputs: list[Any]) -> Value:
    """Return, on the meta device, a value of the shape that one of the evaluator's own operations gives.

    Torch would tell it too, but imports its compiler for that: seconds.
    """
    x: Tensor = inputs[0]
    match node.op:
        case "conv" | "deconv":
            return _convolved(node, x, inputs[1])
        case "max_pool":  # no more than one window more a side
            steps = zip(x.shape[2:], node["padding"], node["stride"], strict=True)
            return x.new_empty((*x.shape[:2], *((n + 2 * pad) // step + 1 for n, pad, step in steps)))
        case "crop":
            return x.new_empty((*x.shape[:-2], node["height"], node["width"]))
        case "add":
            return x.new_empty(torch.broadcast_tensors(x, inputs[1])[0].shape)
        case "item":
            return inputs[0][node["index"]]  # type: ignore[no-any-return]  # a pair of tensors
    return x.new_empty(x.shape)  # a window of it, or each of its elements changed


def _convolved(node: Expr, x: Tensor, weight: Tensor) -> Tensor:
    names = ("stride", "padding", "dilation", "output_padding")
    places = zip(x.shape[2:], weight.shape[2:], *(node[name] for name in names), strict=True)
    if node.op == "conv":
        sides = [(n + 2 * pad - reach * (k - 1) - 1) // step + 1 for n, k, step, pad, reach, _ in places]
        return x.new_empty((x.shape[0], weight.shape[0], *sides))
    sides = [(n - 1) * step - 2 * pad + reach * (k - 1) + 1 + more for n, k, step, pad, reach, more in places]
    return x.new_empty((x.shape[0], weight.shape[1] * node["groups"], *sides))


def leaf(shape: tuple[int, ...]) -> float:
    """Return the operations that drawing a value takes; raises OverBudgetError."""
    _bounded(prod(shape))
    return float(TOUCHED * prod(shape))


def operations(node: Expr, inputs: list[Any], made: Value) -> float:
    """Return the operations that a value takes, inputs and it being on meta; raises OverBudgetError."""
    _bounded(elements(made))
    touched = TOUCHED * (elements(made) + sum(map(elements, inputs)))
    return touched + _arithmetic(node, inputs, made)


def _arithmetic(node: Expr, inputs: list[Any], made: Value) -> float:
    if node.op in ("conv", "deconv"):
        x, weight = inputs[:2]
        over = made if node.op == "conv" else x  # where the kernel is laid
        assert isinstance(over, Tensor)
        _bounded(prod(over.shape[2:]) * prod(weight.shape[1:]) * node["groups"])
        return float(2 * over.numel() * prod(weight.shape[1:]))
    if node.op == "max_pool":
        return float(elements(made) * prod(node["kernel"]))
    if "pool" in node.op:
        return float(elements(made)) * max(map(_area, node["args"]), default=1)
    if any(word in node.op for word in ("mm", "linear", "mv", "dot")):
        return 2.0 * elements(made) * max((max(x.shape, default=1) for x in inputs), default=1)
    return 0.0


def _area(argument: Any) -> int:
    """Return how many pixels a list of sizes covers; 1 of what is no list of numbers."""
    numbers = argument[1:] if isinstance(argument, tuple) and argument[:1] == ("l",) else ()
    return prod(n for n in numbers if isinstance(n, int) and n > 0)


def _bounded(count: int) -> None:
    if count > MAX_ELEMENTS:
        raise OverBudgetError("too large a tensor")
