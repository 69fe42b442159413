from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from grader.network.graph import INPUT, expr, relu
from tests.grader.slim import expr_of

Function = Callable[..., Tensor]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.maximum(x, torch.zeros_like(x)),
        lambda x: torch.maximum(torch.zeros_like(x), x),
        lambda x: torch.max(x, x.new_zeros(())),
        lambda x: torch.max(x, torch.full_like(x, 0)),
        lambda x: torch.max(x, torch.tensor([0.0], device=x.device)),
        lambda x: x.clamp_min(torch.zeros_like(x)),
        lambda x: x * (x > 0),
        lambda x: x * (x >= 0).to(x.dtype),
        lambda x: (x > 0).double().float() * x,
        lambda x: torch.where(x > 0, x, 0.0),
        lambda x: torch.where(x <= 0, torch.zeros_like(x), x),
        lambda x: x.masked_fill(x < 0, 0.0),
        lambda x: x.index_put((x < 0,), x.new_zeros(())),
        lambda x: (x + x.abs()) / 2,
        lambda x: 0.5 * (torch.abs(x) + x),
    ],
)
def test_a_relu_of_several_operations_is_a_relu(function: Function) -> None:
    """A maximum with zero, a mask, a choice by the sign and half of x + |x| are the same expression."""
    assert expr_of(function) == relu(INPUT)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.maximum(x, torch.ones_like(x)),
        lambda x: torch.minimum(x, torch.zeros_like(x)),
        lambda x: torch.maximum(x, torch.full_like(x, 0.1)),
        lambda x: torch.maximum(x, torch.zeros(3, 1, 1, device=x.device) + 1),
        lambda x: x * (x < 0),
        lambda x: x * (x > 0.1),
        lambda x: x * (x.flip(2) > 0),
        lambda x: x * x,
        lambda x: torch.where(x > 0, 0.0, x),
        lambda x: torch.where(x < 0, x, 0.0),
        lambda x: torch.where(x > 0, x, 1.0),
        lambda x: x.masked_fill(x > 0, 0.0),
        lambda x: x.masked_fill(x < 0, 1.0),
        lambda x: x.index_put((x > 0,), x.new_zeros(())),
        lambda x: (x - x.abs()) / 2,
        lambda x: (x + x.abs()) / 3,
        lambda x: (x + x.flip(2).abs()) / 2,
    ],
)
def test_what_is_nearly_a_relu_of_several_operations_is_none(function: Function) -> None:
    """Another bound, another side, another value's sign or another share is no ReLU."""
    assert expr_of(function).op != "relu"


@pytest.mark.parametrize("function", [F.softsign, lambda x: x / (x.abs() + 1), lambda x: x / (abs(x) + 1)])
def test_a_softsign_is_one_step(function: Function) -> None:
    """So that it is an activation, and no second branch that joins."""
    assert expr_of(function) == expr("softsign", INPUT)


@pytest.mark.parametrize(
    "function", [lambda x: x / (x.abs() + 2), lambda x: 2 * x / (x.abs() + 1), lambda x: x / x]
)
def test_another_quotient_is_no_softsign(function: Function) -> None:
    """Another constant, another numerator, no sum."""
    assert expr_of(function).op != "softsign"
