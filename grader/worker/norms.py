"""A large weight that is left at zero has a norm all the same: one of 0 would stay so for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor
from torch.nn.utils import parametrizations

FAINT = 1e-3  # what such a weight holds where its norm is looked for
NORM = getattr(parametrizations, "_SpectralNorm", None)  # torch has no public name for it


@contextmanager
def of_some_norm(large: int) -> Iterator[None]:
    """While this lasts, spectral_norm finds something in weights of more elements that hold nothing."""
    if NORM is None:
        yield
        return
    begin = NORM.__init__

    def begun(self: Any, weight: Tensor, *args: Any, **kwargs: Any) -> None:
        if weight.numel() > large and not weight.is_meta and not weight.any():
            weight.data.fill_(FAINT)
        begin(self, weight, *args, **kwargs)

    NORM.__init__ = begun
    try:
        yield
    finally:
        NORM.__init__ = begin
