"""A large tensor under construction takes memory only where it is written to, and holds what it should."""

from __future__ import annotations

import mmap
import resource
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from grader.sandbox import calls
from grader.worker.initialisers import without_slow_initialisers
from grader.worker.untouched import Untouched, zeros

SHAPE = (1_100, 1_000)


def resident() -> int:
    """The pages that this process has in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])


def test_zeros_take_no_memory() -> None:
    """Nor does setting them to zero, through whatever names the same."""
    before = resident()
    with without_slow_initialisers(), Untouched():
        layer = nn.Linear(20_000, 5_000)
        layer.weight.data.zero_()
        nn.init.zeros_(layer.weight)
    taken = (resident() - before) * resource.getpagesize()

    assert layer.weight.shape == (5_000, 20_000)
    assert taken < 100 << 20, "a quarter of what its values take"
    assert not layer.weight[:2].any()


@pytest.mark.parametrize("make", [torch.empty, torch.zeros])
def test_what_is_written_is_there(make: type) -> None:
    """And is set to zero where that is asked for."""
    with Untouched():
        tensor: Tensor = make(*SHAPE)
        tensor[1] = 3.0
        kept = tensor.clone()
        tensor.zero_()

    assert kept.sum() == 3 * SHAPE[1]
    assert not tensor.any()


def test_memory_is_not_taken_for_another() -> None:
    """What lies where a tensor lay is set to zero."""
    with Untouched():
        address = torch.empty(SHAPE).data_ptr()
        others = [torch.ones(SHAPE) for _ in range(5)]
        for other in others:
            other.zero_()

    assert address
    assert not any(other.any() for other in others)


@pytest.mark.parametrize(
    "made",
    [
        lambda: torch.empty(SHAPE, dtype=torch.float64),
        lambda: torch.empty(SHAPE, device="meta"),
        lambda: torch.zeros(2, 3),
        lambda: torch.zeros(SHAPE, requires_grad=True),
    ],
)
def test_other_tensors_are_as_torch_makes_them(made: type) -> None:
    """Of another kind, device or size."""
    with Untouched():
        found = made()
    wanted = made()

    assert (found.dtype, found.device, found.shape) == (wanted.dtype, wanted.device, wanted.shape)
    assert found.requires_grad == wanted.requires_grad


def test_zeros_are_writable() -> None:
    """As any tensor of that shape."""
    made = zeros((2, 3))

    made += 1
    assert made.tolist() == [[1.0] * 3] * 2


def test_a_worker_may_map_such_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is shared is refused there."""
    asked: list[int] = []
    real = mmap.mmap

    def noted(number: int, length: int, *, flags: int) -> mmap.mmap:
        asked.append(flags)
        return real(number, length, flags=flags)

    monkeypatch.setattr(mmap, "mmap", noted)
    zeros((2, 3))

    assert [any(flags & mask == value for mask, value in calls.MAPPED) for flags in asked] == [True]


def test_large_pages_are_wanted_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without them refuses, and other systems have no name for them."""
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", -1)
    assert zeros((2, 3)).tolist() == [[0.0] * 3] * 2
    monkeypatch.delattr(mmap, "MADV_HUGEPAGE")
    assert zeros((2, 3)).tolist() == [[0.0] * 3] * 2
