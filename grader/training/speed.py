"""How fast training could be: the arithmetic of a step, and how fast this machine multiplies matrices."""

from __future__ import annotations

import time
from functools import lru_cache

import torch

from reference.architecture import Architecture, Conv

SIDES = {
    "cpu": 1536,
    "cuda": 8192,
}  # of the matrices: large enough to reach the rate, small enough to take a blink
FORWARD_AND_BACKWARD = 3  # a step's operations, in forward passes


def operations(architecture: Architecture, size: tuple[int, int]) -> float:
    """Count the floating point operations of a forward pass on one picture of `size` = (height, width)."""
    total, (height, width) = 0.0, size
    for layer in (*architecture.trunk, architecture.score):
        if isinstance(layer, Conv):
            grown = 2 * layer.padding - layer.kernel + 1
            height, width = height + grown, width + grown
            total += 2.0 * height * width * layer.inputs * layer.outputs * layer.kernel**2
        else:
            height, width = -(-height // layer.stride), -(-width // layer.stride)
    return total


@lru_cache(maxsize=2)
def rate(device: str) -> float:
    """Measure how many operations a second a matrix product reaches: the best of a few, in TF32 on a GPU."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    side = SIDES[device]
    a, b = (torch.randn(side, side, device=device) for _ in range(2))
    seconds = min(_once(a, b) for _ in range(5))
    torch.set_float32_matmul_precision(before)
    return 2 * side**3 / seconds


def floor(architecture: Architecture, size: tuple[int, int], device: str) -> float:
    """How many seconds a training step takes at least, by its arithmetic alone."""
    return FORWARD_AND_BACKWARD * operations(architecture, size) / rate(device)


def _once(a: torch.Tensor, b: torch.Tensor) -> float:
    begun = time.perf_counter()
    (a @ b).sum().item()  # waits for a GPU
    return time.perf_counter() - begun
