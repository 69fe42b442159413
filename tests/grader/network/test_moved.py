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
    "a convolution of pixels in a row": (
        nn.Conv1d(3, 5, 1),
        lambda x, c: c(x.flatten(2)).unflatten(2, x.shape[2:]),
    ),
    "a convolution of a volume": (nn.Conv3d(3, 5, 1), lambda x, c: c(x.unsqueeze(2)).squeeze(2)),
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
    "a sum of products that starts at the bias": (
        LINEAR,
        lambda x, c: torch.baddbmm(
            c.bias[None, :, None], c.weight.expand(len(x), -1, -1), x.flatten(2)
        ).unflatten(2, x.shape[2:]),
    ),
    "weights repeated": (
        LINEAR,
        lambda x, c: (c.weight[None].repeat(len(x), 1, 1).bmm(x.flatten(2)) + c.bias[:, None]).unflatten(
            2, x.shape[2:]
        ),
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


WINDOWS: dict[str, Callable[..., Any]] = {
    "columns times a linear layer": lambda x, w, b: F.linear(
        F.unfold(x, (3, 2), padding=1).mT, w.flatten(1), b
    ).mT.unflatten(2, (len(x[0, 0]), -1)),
    "weights times columns": lambda x, w, b: F.fold(
        w.flatten(1) @ F.unfold(x, (3, 2), padding=1) + b[:, None], (x.size(2), x.size(3) + 1), 1
    ),
}
SLIDING: dict[str, Callable[..., Any]] = {
    "windows of rows and of columns": lambda x, w, b: (
        F.linear(x.unfold(2, 3, 2).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5).flatten(3), w.flatten(1), b)
    ).permute(0, 3, 1, 2),
    "axes counted from the end": lambda x, w, b: (
        F.linear(x.unfold(-2, 3, 2).unfold(-2, 2, 1).permute(0, 2, 3, 1, 4, 5).flatten(3), w.flatten(1), b)
    ).permute(0, 3, 1, 2),
    "windows of columns first": lambda x, w, b: (
        torch.einsum("nchwji,ocij->nohw", x.unfold(3, 2, 1).unfold(2, 3, 2), w) + b[:, None, None]
    ),
}


@pytest.mark.parametrize("shape", [(1, 3, 8, 9), (2, 3, 7, 6), (2, 3, 3, 4)])
@pytest.mark.parametrize("way", [*WINDOWS, *SLIDING])
def test_a_product_over_windows_is_a_convolution(way: str, shape: tuple[int, ...]) -> None:
    """With the windows' kernel, stride and padding."""
    layer = nn.Conv2d(3, 5, (3, 2))
    function = (WINDOWS | SLIDING)[way]

    made = expr_of(lambda x, c: function(x, c.weight, c.bias), shape, layer=layer)

    weight, bias = (
        leaf(f"layers.layer.{name}", at) for name, at in (("weight", (5, 3, 3, 2)), ("bias", (5,)))
    )
    padding, stride = ((1, 1), (1, 1)) if way in WINDOWS else ((0, 0), (2, 1))
    assert made == conv(INPUT, weight, bias, padding=padding, stride=stride)


def test_windows_weighed_in_another_order_are_none() -> None:
    """Rows of a window for its columns; positions before channels; windows that are rectified first."""
    layer = nn.Conv2d(3, 5, 3)

    def product(order: tuple[int, ...]) -> Callable[..., Any]:
        return lambda x, c: F.linear(
            x.unfold(2, 3, 1).unfold(3, 3, 1).permute(0, 2, 3, *order).flatten(3), c.weight.flatten(1)
        ).permute(0, 3, 1, 2)

    assert expr_of(product((1, 4, 5)), layer=layer).op == "conv"
    assert expr_of(product((1, 5, 4)), layer=layer).op != "conv"
    assert expr_of(product((4, 5, 1)), layer=layer).op != "conv"


def test_windows_alone_stay_what_they_are() -> None:
    """As many axes in their places as they have are no map."""
    assert expr_of(lambda x: x.unfold(2, 3, 1).unfold(3, 3, 1)).op == "aten.unfold.default"


def test_windows_of_a_claimed_size_weigh_nothing() -> None:
    """A worker may claim any, and steps of nothing: neither makes a weight larger than it is."""
    weight = moved.start(leaf("w", (5, 27)), (5, 27))
    known = {"x": moved.start(INPUT, (1, 3, 8, 9)), "w": weight}

    rows = moved.follow("aten.unfold.default", ["x", 2, 300, 1], (1, 3, 6, 9, 300), known.get)
    assert rows is not None and weight is not None and not weight.weighs(rows)
    assert moved.follow("aten.im2col.default", ["x", [3, 3], [1, 1], [0, 0], [0, 1]], (), known.get) is None


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
        lambda x, c: F.conv1d(x.flatten(2), c.weight[..., None], stride=2),
        lambda x, c: F.conv1d(x.flatten(2).mT.reshape(len(x), 3, -1), c.weight[..., None]).view(
            len(x), 5, 8, 9
        ),
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
