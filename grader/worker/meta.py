"""What a ReLU gives on the meta device, told at once: torch's own way there takes as long as ten layers."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.library import Library


@cache
def prepare() -> Library:
    """Let torch ask here, for as long as what this returns is there, which is for good."""
    kernels = Library("aten", "IMPL", "Meta")
    kernels.impl("relu", relu, allow_override=True)
    return kernels


def relu(x: Tensor) -> Tensor:
    """A tensor as the input is; what is rare is left to torch."""
    if x.is_floating_point():
        return torch.empty_like(x)
    return torch._refs.nn.functional.relu(x)  # type: ignore[no-any-return]  # torch says no type
