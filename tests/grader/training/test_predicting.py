"""Of how many pixels a loss is computed; what is refused is tried by whole runs (test_run.py)."""

from __future__ import annotations

import numpy as np

from grader.training import predicting


def test_large_pictures_are_sampled() -> None:
    """The loss of a large picture is computed from fewer pixels, the scores from all."""
    small, large = np.zeros((64, 96, 3), np.uint8), np.zeros((300, 520, 3), np.uint8)

    assert (predicting._stride(small), predicting._stride(large)) == (2, 6)
