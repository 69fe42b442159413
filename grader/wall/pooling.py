"""Max pooling by two, as these networks pool, by whole rows and columns: a seventh of what torch takes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

Pair = int | list[int] | tuple[int, ...]


def pool(
    x: Tensor,
    kernel: Pair,
    stride: Pair = (),
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """What torch's max_pool2d gives."""
    as_kernel = not isinstance(stride, int) and not len(stride)
    by_two = _all(kernel, 2) and (as_kernel or _all(stride, 2))
    if not (by_two and _all(padding, 0) and _all(dilation, 1) and _is_plain(x)):
        return F.max_pool2d(x, kernel, None if as_kernel else stride, padding, dilation, ceil_mode)
    return _halved(_halved(x, 2, ceil_mode), 3, ceil_mode)


def _halved(x: Tensor, axis: int, ceil_mode: bool) -> Tensor:
    """The larger of every two along an axis; what is left over stands for itself, or falls away."""
    side = x.shape[axis]
    pairs = x.narrow(axis, 0, side // 2 * 2).unflatten(axis, (-1, 2))
    larger = torch.maximum(pairs.select(axis + 1, 0), pairs.select(axis + 1, 1))
    return torch.cat((larger, x.narrow(axis, side - 1, 1)), axis) if ceil_mode and side % 2 else larger


def _is_plain(x: Tensor) -> bool:
    """Whether a tensor is of the usual kind; differentiated, equals would share a gradient."""
    usual = (type(x), x.device.type, x.dtype, x.layout) == (Tensor, "cpu", torch.float32, torch.strided)
    return usual and not x.requires_grad and x.dim() == 4 and x.is_contiguous() and min(x.shape[2:]) > 1


def _all(value: Pair, wanted: int) -> bool:
    """Whether a number, or both of two, are what is wanted."""
    return ([value] if isinstance(value, int) else [*value]) in ([wanted], [wanted, wanted])
