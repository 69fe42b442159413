"""What a real device refuses and torch's shape functions let through on the meta device."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode


class Strict(TorchDispatchMode):
    """Refuse convolutions that can't be computed, in the words of a real device."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is torch.ops.aten.convolution.default:
            _check(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def _check(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: list[int],
    padding: list[int],
    dilation: list[int],
    transposed: bool,
    output_padding: list[int],
    groups: int,
) -> None:
    """Raise RuntimeError where channels don't fit, a map is empty or a size is out of range."""
    wanted = weight.shape[0] if transposed else weight.shape[1] * groups
    if x.dim() > 1 and x.shape[1] != wanted:
        kind = "transposed=1" if transposed else f"groups={groups}"
        raise RuntimeError(
            f"Given {kind}, weight of size {list(weight.shape)}, expected input{list(x.shape)} "
            f"to have {wanted} channels, but got {x.shape[1]} channels instead"
        )
    if 0 in x.shape[-len(stride) :]:
        raise RuntimeError(
            f"Only zero batch or zero channel inputs are supported, but got input shape: {list(x.shape)}"
        )
    if min(stride) < 1:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) < 1:
        raise RuntimeError("dilation should be greater than zero")
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if transposed and any(o >= max(s, d) for o, s, d in zip(output_padding, stride, dilation, strict=True)):
        raise RuntimeError("output padding must be smaller than either stride or dilation")
