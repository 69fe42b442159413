"""A product of matrices over the channels of a map is the convolution of one pixel that it computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from grader.network import moved
from grader.network.graph import INPUT, conv, leaf, relu
from tests.grader.slim import expr_of

SHAPES = [(1, 3, 8, 9), (2, 3, 8, 9), (1, 3, 1, 1), (2, 3, 1, 9)]
LINEAR, PIXEL = nn.Linear(3, 5), nn.Conv2d(3, 5, 1)

PRODUCTS: dict[str, tuple[nn.Module, Callable[..., Any]]] = {
    "channels permuted last": (LINEAR, lambda x, c: c(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)),
    "channels moved last": (LINEAR, lambda x, c: c(x.movedim(1, -1)).movedim(-1, 1)),
    "channels exchanged": (LINEAR, lambda x, c: c(x.transpose(1, 3)).transpose(1, 3)),
    "pixels in a row": (
        LINEAR,
        lambda x, c: c(x.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, x.shape[2:]),
    ),
    "pixels of all in a row": (
        LINEAR,
        lambda x, c: (
            c(x.permute(0, 2, 3, 1).reshape(-1, 3)).view(len(x), *x.shape[2:], 5).permute(0, 3, 1, 2)
        ),
    ),
    "weights of a convolution": (
        PIXEL,
        lambda x, c: F.linear(x.permute(0, 2, 3, 1), c.weight.squeeze(), c.bias).permute(0, 3, 1, 2),
    ),
    "einsum": (
        PIXEL,
        lambda x, c: torch.einsum("bchw,kc->bkhw", x, c.weight[:, :, 0, 0]) + c.bias.view(1, -1, 1, 1),
    ),
    "matmul from the left": (
        LINEAR,
        lambda x, c: (c.weight @ x.flatten(2) + c.bias[:, None]).view(len(x), 5, *x.shape[2:]),
    ),
    "tensordot": (
        LINEAR,
        lambda x, c: torch.tensordot(c.weight, x, dims=([1], [1])).transpose(0, 1) + c.bias[:, None, None],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", PRODUCTS)
def test_a_product_over_the_channels_is_a_convolution(way: str, shape: tuple[int, ...]) -> None:
    """However the axes get there and back."""
    layer, function = PRODUCTS[way]

    made = expr_of(function, shape, layer=layer)

    weight, bias = (
        leaf(f"layers.layer.{name}", at) for name, at in (("weight", (5, 3, 1, 1)), ("bias", (5,)))
    )
    assert made == conv(INPUT, weight, bias)


def test_a_relu_between_is_kept() -> None:
    """It commutes with moving axes."""
    made = expr_of(lambda x, c: F.relu(c(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2), layer=LINEAR)

    assert made.op == "relu" and made == relu(made.inputs[0])
    assert made.inputs[0].op == "conv"


@pytest.mark.parametrize(
    "function",
    [
        lambda x, c: c(x.permute(0, 2, 3, 1)).permute(0, 3, 2, 1),
        lambda x, c: c(x.permute(0, 3, 2, 1)).permute(0, 3, 1, 2),
        lambda x, c: c(x.permute(0, 2, 3, 1).reshape(len(x), -1, 3)).reshape(len(x), 5, *x.shape[2:]),
        lambda x, c: F.linear(x.transpose(1, 3), c.weight.reshape(3, 5).t(), c.bias).permute(0, 3, 2, 1),
        lambda x, c: (c(x.permute(0, 2, 3, 1)) + c.bias).permute(0, 3, 1, 2),
    ],
)
def test_what_ends_elsewhere_is_none(function: Callable[..., Any]) -> None:
    """Rows for columns, axes that are not moved back, weights in another order, two biases."""
    assert expr_of(function, layer=LINEAR).op != "conv"


@pytest.mark.parametrize(
    "function",
    [
        lambda x, c: F.linear(x.permute(0, 2, 3, 1), c.weight).permute(0, 3, 1, 2) + c.bias,
        lambda x, c: c(x.permute(0, 2, 3, 1)).clamp_min(1.0).permute(0, 3, 1, 2),
        lambda x, c: c(x.permute(0, 2, 3, 1)).mul_(2).permute(0, 3, 1, 2),
        lambda x, c: (
            torch.addmm(c.bias, x.permute(0, 2, 3, 1).reshape(-1, 3), c.weight.t(), alpha=2)
            .view(len(x), *x.shape[2:], 5)
            .permute(0, 3, 1, 2)
        ),
    ],
)
def test_what_computes_more_is_none(function: Callable[..., Any]) -> None:
    """A bias along columns, another limit than zero, a factor."""
    assert expr_of(function, (1, 3, 8, 5), layer=LINEAR).op not in ("conv", "relu")


def test_a_view_of_another_size_is_none() -> None:
    """A worker may claim one."""
    known = {"x": moved.start(INPUT, (1, 3, 8, 9))}

    assert moved.follow("aten.view.default", ["x", [3, 72]], (3, 72), known.get) is not None
    assert moved.follow("aten.view.default", ["x", [3, 8]], (3, 8), known.get) is None
