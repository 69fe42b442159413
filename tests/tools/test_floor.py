"""The floor beneath a grading computes what it says."""

from __future__ import annotations

import torch
from torch import nn

from tools import floor


def test_a_filled_network_has_finite_values_of_its_own_shapes() -> None:
    """One array may be longer than what is drawn."""
    model = floor.filled(nn.Linear(1200, 1000, device="meta"))
    weight = model.weight.detach()

    assert weight.shape == (1000, 1200) and bool(torch.isfinite(weight).all())
    assert 0.01 < float(weight.std()) < 0.03
