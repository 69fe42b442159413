"""The CMP Facade data set, under the names of the course."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from reference.facades import Facades as CMP_Facade_DB
from reference.facades import revert

__all__ = ["CMP_Facade_DB", "revert_input"]


def revert_input(img: Tensor, label: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Give a picture (H, W, 3) and its label (H, W) back as uint8 arrays to look at."""
    return revert(img), label.cpu().numpy().astype(np.uint8)
