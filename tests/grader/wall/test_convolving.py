"""A convolution by a large weight gives what torch's own gives, and what it can't do is left to torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from grader.wall import convolving
from grader.wall.convolving import convolve, is_heavy

WEIGHT = torch.randn(12, 6, 3, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of elements are many here."""
    monkeypatch.setattr(convolving, "LARGE", 100)


@pytest.mark.parametrize(
    "how", [{}, {"padding": 1}, {"stride": (2, 1), "padding": (0, 1)}, {"padding": [1], "stride": [2]}]
)
@pytest.mark.parametrize("bias", [None, torch.arange(12.0)])
def test_it_gives_what_torch_gives(how: dict[str, Any], bias: torch.Tensor | None) -> None:
    """By the way that copies no weight."""
    x = torch.randn(1, 6, 3, 3, generator=torch.Generator().manual_seed(2))

    assert is_heavy(x, WEIGHT, how.get("padding", 0), 1, 1) == (how.get("padding", 0) == 0)
    assert torch.allclose(convolve(x, WEIGHT, bias, **how), F.conv2d(x, WEIGHT, bias, **how), atol=1e-5)


@pytest.mark.parametrize(
    ("x", "how"),
    [
        (torch.zeros(1, 6, 9, 9), (0, 1, 1)),  # its windows side by side take more than the weight
        (torch.zeros(1, 6, 3, 3), (10_000, 1, 1)),
        (torch.zeros(1, 6, 3, 3), (1, 2, 1)),
        (torch.zeros(1, 12, 3, 3), (0, 1, 2)),
        (torch.zeros(1, 6, 2, 2), (0, 1, 1)),
        (torch.zeros(1, 5, 3, 3), (0, 1, 1)),
        (torch.zeros(6, 3, 3), (0, 1, 1)),
        (torch.zeros(1, 6, 3, 3, dtype=torch.float64), (0, 1, 1)),
        (torch.zeros(1, 6, 3, 3, device="meta"), (0, 1, 1)),
    ],
)
def test_what_is_large_or_odd_is_left_to_torch(x: torch.Tensor, how: tuple[int, int, int]) -> None:
    """So a submission sets no price, and an error is worded as ever."""
    assert is_heavy(torch.zeros(1, 6, 3, 3), WEIGHT, 0, 1, 1)
    assert not is_heavy(x, WEIGHT, *how)


@pytest.mark.parametrize(
    "how", [{"bias": torch.zeros(12, dtype=torch.float64)}, {"bias": torch.zeros(3)}, {"stride": 0}]
)
def test_what_torch_refuses_is_refused_in_the_same_words(how: dict[str, Any]) -> None:
    """Nothing runs here that would not run for a student."""
    x = torch.zeros(1, 6, 3, 3)
    with pytest.raises(RuntimeError) as wanted:
        F.conv2d(x, WEIGHT, **how)
    with pytest.raises(RuntimeError) as found:
        convolve(x, WEIGHT, **how)

    assert str(found.value) == str(wanted.value)


def test_weights_in_an_order_of_their_own_are_left_to_torch() -> None:
    """What has been brought into oneDNN's needs no copy."""
    assert not is_heavy(torch.zeros(1, 6, 3, 3).to_mkldnn(), WEIGHT.to_mkldnn(), 0, 1, 1)
