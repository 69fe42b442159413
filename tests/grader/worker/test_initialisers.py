"""Large parameters are left at zero where drawing their values would take long."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from grader.worker.initialisers import without_slow_initialisers

LARGE = (1100, 1000)


def test_large_ones_are_zero_and_small_ones_are_drawn() -> None:
    """By torch, whatever the initialiser, and by numpy, however it is told how many; afterwards as before."""
    with without_slow_initialisers():
        for initialise in (nn.init.orthogonal_, nn.init.trunc_normal_, nn.init.xavier_uniform_):
            assert not initialise(torch.ones(LARGE)).any()
            assert initialise(torch.zeros(4, 4)).any()
        large = np.random.normal(0, 1, LARGE), np.random.randn(*LARGE), np.random.uniform(size=LARGE)
        assert all(drawn.shape == LARGE and not drawn.any() for drawn in large)
        small = np.random.normal(0, 1, (2, 2)), np.random.randn(2, 2), np.random.rand(3), np.random.random(5)
        assert all(drawn.any() for drawn in small)
        assert isinstance(np.random.normal(), float)

    assert nn.init.trunc_normal_(torch.zeros(LARGE)).any()
    assert np.random.randn(*LARGE).any()
