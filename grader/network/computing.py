"""What each operation of an expression in normal form computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.network.budget import Value
from grader.network.graph import Expr
from grader.network.replaying import NotReplayableError
from grader.wall.convolving import convolve
from grader.wall.pooling import pool

LARGEST_SIDE = 20_000  # of a crop, in pixels

Operation = Callable[[Expr, list[Any]], Value]


def _crop(h: Tensor, node: Expr) -> Tensor:
    top, left, height, width = (int(node[name]) for name in ("top", "left", "height", "width"))
    rows, columns = h.shape[-2:]
    if max(height, width) > LARGEST_SIDE:
        raise NotReplayableError("a crop out of bounds")
    if top >= rows or left >= columns:  # it begins where nothing is left; gradients reach what is before it
        return F.pad(h[..., :0, :0], (0, width, 0, height))
    return F.pad(h, (-left, left + width - columns, -top, top + height - rows))


def _window(h: Tensor, node: Expr) -> Tensor:
    """Return a slice, short where its source ends; the reference crops as Python does."""
    return h[..., node["top"] : node["top"] + node["height"], node["left"] : node["left"] + node["width"]]


def _like(h: Tensor, other: Tensor, node: Expr) -> Tensor:
    """Cut a window as large as another value."""
    rows, columns = other.shape[-2:]
    return h[..., node["top"] : node["top"] + rows, node["left"] : node["left"] + columns]


def _convolve(node: Expr, inputs: list[Any]) -> Tensor:
    x, weight, bias = (*inputs, None)[:3]
    if node.op == "conv":
        return convolve(x, weight, bias, node["stride"], node["padding"], node["dilation"], node["groups"])
    return F.conv_transpose2d(
        x,
        weight,
        bias,
        node["stride"],
        node["padding"],
        node["output_padding"],
        node["groups"],
        node["dilation"],
    )


def _factor(value: Tensor, factor: float) -> float:
    """A factor of a value; of whole numbers, such as an index, a multiple is one of whole numbers again."""
    return int(factor) if not value.is_floating_point() and factor.is_integer() else factor


COMPUTED: dict[str, Operation] = {
    "conv": _convolve,
    "deconv": _convolve,
    "random": lambda node, inputs: torch.full(node["shape"], float("bernoulli" in node["name"])),
    "relu": lambda node, inputs: torch.relu(inputs[0]),
    "softsign": lambda node, inputs: F.softsign(inputs[0]),
    "max_pool": lambda node, inputs: pool(
        inputs[0], node["kernel"], node["stride"], node["padding"], node["dilation"], node["ceil"]
    ),
    "crop": lambda node, inputs: _crop(inputs[0], node),
    "window": lambda node, inputs: _window(inputs[0], node),
    "like": lambda node, inputs: _like(inputs[0], inputs[1], node),
    "add": lambda node, inputs: torch.add(inputs[0], inputs[1], alpha=_factor(inputs[1], node["scale"])),
    "scale": lambda node, inputs: inputs[0] * _factor(inputs[0], node["factor"]),
    "detach": lambda node, inputs: inputs[0].detach(),
    "item": lambda node, inputs: inputs[0][node["index"]],
}
