"""Convolutions by a large weight for a small map, as fc6 is in the challenge, without a copy of the weight.

oneDNN first brings a weight into an order of its own. For fc6 that is another 400 MB, and takes four times as
long as the arithmetic. Its windows are few rows, which one product takes through the weight at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor
from torch.nn import functional as F

LARGE = 10_000_000  # elements of a weight

Pair = int | Sequence[int]


def convolve(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:
    """What torch's conv2d gives."""
    if not is_heavy(x, weight, padding, dilation, groups) or not _is_usual(len(weight), bias, stride):
        return F.conv2d(x, weight, bias, stride, padding, dilation, groups)
    kernel, step, edge = weight.shape[2:], _pair(stride), _pair(padding)
    windows = F.unfold(x, kernel, padding=edge, stride=step).transpose(1, 2).contiguous()
    made = F.linear(windows, weight.flatten(1), bias).transpose(1, 2)  # (pictures, channels, windows)
    high, wide = (
        (side + 2 * pad - length) // by + 1
        for side, pad, length, by in zip(x.shape[2:], edge, kernel, step, strict=True)
    )
    return made.reshape(*made.shape[:2], high, wide).contiguous()


def is_heavy(x: Tensor, weight: Tensor, padding: Pair, dilation: Pair, groups: int) -> bool:
    """Whether a convolution's weight is large, and its windows side by side are no larger."""
    if (
        weight.numel() < LARGE
        or x.dim() != 4
        or weight.dim() != 4
        or groups != 1
        or _pair(dilation) != (1, 1)
    ):
        return False
    if not all(_is_plain(tensor) for tensor in (x, weight)):
        return False
    sides = [side + 2 * pad for side, pad in zip(x.shape[2:], _pair(padding), strict=True)]
    kernel = weight.shape[2:]
    if x.shape[1] != weight.shape[1] or any(s < k for s, k in zip(sides, kernel, strict=True)):
        return False  # torch says what is wrong
    return x.shape[0] * prod(sides) * prod(weight.shape[1:]) <= weight.numel()


def _is_usual(outputs: int, bias: Tensor | None, stride: Pair) -> bool:
    """Whether torch takes these: else it raises, in words of its own."""
    fits = bias is None or (_is_plain(bias) and bias.shape == (outputs,))
    return fits and min(_pair(stride)) > 0


def _is_plain(tensor: Tensor) -> bool:
    return (tensor.device.type, tensor.dtype, tensor.layout) == ("cpu", torch.float32, torch.strided)


def _pair(value: Pair) -> tuple[int, ...]:
    return (value, value) if isinstance(value, int) else tuple(value) * (2 if len(value) == 1 else 1)
