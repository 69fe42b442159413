"""How fast training could be."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from grader.training import speed
from reference.fcn import FCN8s, FCN32s


@pytest.mark.parametrize("network", [FCN32s, FCN8s])
@pytest.mark.parametrize("size", [(64, 64), (57, 96)])
def test_operations_are_torchs_own_count(network: type[FCN32s | FCN8s], size: tuple[int, int]) -> None:
    """All but the small score and transposed layers are counted, to a few percent."""
    with torch.device("meta"):
        model = network()
        with FlopCounterMode(display=False) as counter:
            model(torch.zeros(1, 3, *size))

    assert speed.operations(model.architecture, size) == pytest.approx(counter.get_total_flops(), rel=0.05)


def test_the_floor_is_arithmetic_over_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward and backward pass take three times the forward pass."""
    monkeypatch.setattr(speed, "rate", lambda device: 100e9)
    with torch.device("meta"):
        architecture = FCN8s().architecture

    assert speed.floor(architecture, (64, 64), "cpu") == pytest.approx(1.3, abs=0.1)


def test_the_rate_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any machine multiplies more than a billion numbers a second."""
    monkeypatch.setitem(speed.SIDES, "cpu", 256)

    assert speed.rate("cpu") > 1e9
