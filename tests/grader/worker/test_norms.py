from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from grader.worker import norms
from grader.worker.norms import of_some_norm


def normalised(size: int) -> torch.Tensor:
    """A weight of zeros as it is after it was divided by its norm."""
    layer = nn.Linear(size, size)
    layer.weight.data.zero_()
    weight = spectral_norm(layer).weight
    assert isinstance(weight, torch.Tensor)
    return weight.detach()


def test_a_large_weight_of_zeros_has_a_norm() -> None:
    """While it lasts, and where it is large."""
    with of_some_norm(large=10):
        assert normalised(4).isfinite().all()
        assert not normalised(3).isfinite().all()
    assert not normalised(4).isfinite().all()


def test_where_torch_has_it_no_longer_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is torch's own."""
    monkeypatch.setattr(norms, "NORM", None)

    with of_some_norm(large=10):
        assert not normalised(4).isfinite().all()
