"""A model runs its large convolutions without a copy of the weight, and gives what it gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from grader.wall import convolving, pooling
from grader.worker import plainly
from grader.worker.convolved import Convolved
from grader.worker.plainly import Plainly


@pytest.mark.parametrize("gradients", [True, False])  # torch names a convolution otherwise
@pytest.mark.parametrize("bias", [True, False])
def test_a_large_convolution_is_taken_over(
    monkeypatch: pytest.MonkeyPatch, gradients: bool, bias: bool
) -> None:
    """And neither a small one nor a transposed one."""
    monkeypatch.setattr(convolving, "LARGE", 400)
    taken: list[tuple[int, ...]] = []

    def noted(x: torch.Tensor, weight: torch.Tensor, *more: Any) -> torch.Tensor:
        taken.append(tuple(weight.shape))
        return convolving.convolve(x, weight, *more)

    monkeypatch.setattr(plainly, "convolve", noted)
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 6, 1, bias=bias), nn.Conv2d(6, 12, 3, bias=bias), nn.ConvTranspose2d(12, 9, 3)
    model, x = nn.Sequential(*layers), torch.randn(1, 3, 3, 3)
    with torch.inference_mode(not gradients):
        wanted = model(x)
        with Plainly(Convolved()):
            found = model(x)

    assert taken == [(12, 6, 3, 3)]
    assert torch.allclose(found, wanted, atol=1e-5) and found.requires_grad == gradients


@torch.inference_mode()
def test_a_pool_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was asked for, its size rounded up or down."""
    taken: list[tuple[Any, ...]] = []

    def noted(x: torch.Tensor, *asked: Any) -> torch.Tensor:
        taken.append(asked)
        return pooling.pool(x, *asked)

    monkeypatch.setattr(plainly, "pool", noted)
    x = torch.randn(1, 3, 5, 7)
    for layer in (nn.MaxPool2d(2), nn.MaxPool2d(2, 2, ceil_mode=True), nn.MaxPool2d(3, 1, 1)):
        with Plainly(Convolved()):
            found = layer(x)
        assert torch.equal(found, layer(x))

    assert len(taken) == 3
