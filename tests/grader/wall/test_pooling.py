"""A pool by two gives what torch's gives, whatever the size; any other is torch's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from grader.wall import pooling
from grader.wall.pooling import pool


@pytest.mark.parametrize("ceil", [True, False])
@pytest.mark.parametrize("sides", [(8, 6), (7, 6), (8, 5), (7, 5), (2, 3), (3, 2)])
def test_pooling_by_two_gives_the_largest_of_each_window(sides: tuple[int, int], ceil: bool) -> None:
    """Also of what is left over at the edge, where there is a NaN, and where all are smallest."""
    torch.manual_seed(0)
    x = torch.randn(2, 3, *sides)
    x[0, 0, 0, 1], x[1, 1] = float("nan"), -float("inf")
    for kernel, stride in ((2, 2), ([2, 2], []), ((2,), (2, 2))):
        found, wanted = pool(x, kernel, stride, 0, 1, ceil), F.max_pool2d(x, 2, 2, 0, 1, ceil)
        assert found.is_contiguous() and torch.equal(found.isnan(), wanted.isnan())
        assert torch.equal(found.nan_to_num(7.0), wanted.nan_to_num(7.0))


@pytest.mark.parametrize(
    "asked",
    [
        (3, 2),
        (2, 1),
        (2, 2, 1),
        (2, 2, 0, 2),
        ((2, 3), 2),
        (2, (2, 1)),
        (3,),
        (2, 2, (0, 1)),
        (2, 2, 0, (1, 2)),
    ],
)
def test_another_pool_is_left_to_torch(asked: tuple[Any, ...]) -> None:
    """Of another kernel, stride, padding or dilation, in either direction."""
    x = torch.randn(2, 3, 9, 8)
    assert torch.equal(pool(x, *asked), F.max_pool2d(x, *asked))


class Own(Tensor):
    """A tensor of a kind of its own."""


@pytest.mark.parametrize(
    "x",
    [
        torch.randn(1, 2, 4, 4, requires_grad=True),
        torch.randn(1, 2, 4, 4).double(),
        torch.randn(2, 4, 4),
        torch.randn(1, 2, 4, 1),
        torch.randn(1, 2, 4, 4).to(memory_format=torch.channels_last),
        torch.randn(1, 2, 4, 4).as_subclass(Own),
        torch.empty(1, 2, 4, 4, device="meta"),
    ],
    ids=["differentiated", "double", "no batch", "narrow", "layout", "kind", "meta"],
)
def test_what_is_not_plain_is_left_to_torch(monkeypatch: pytest.MonkeyPatch, x: Tensor) -> None:
    """A gradient goes to the first of equal values; a kind of its own may compute otherwise."""
    monkeypatch.setattr(pooling, "_halved", None)
    if x.shape[-1] > 1:
        assert pool(x, 2, 2).shape == F.max_pool2d(x, 2, 2).shape
    else:
        with pytest.raises(RuntimeError, match="too small"):
            pool(x, 2, 2)


@torch.inference_mode()
def test_a_plain_pool_is_not_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what it is for."""
    x = torch.randn(1, 2, 6, 6)
    wanted = F.max_pool2d(x, 2)
    monkeypatch.setattr(F, "max_pool2d", None)
    assert torch.equal(pool(x, 2), wanted)
