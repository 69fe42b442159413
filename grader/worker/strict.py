"""What a real device refuses and torch's shape functions let through on the meta device; what it would do."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

HEAVY = 5e12  # operations: half a minute and more, where a right network takes the hundredth part


class Strict(TorchDispatchMode):
    """Refuse convolutions that can't be computed, in the words of a real device, and count what they take."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self.operations = 0

    @property
    def heavy(self) -> bool:
        """Whether a real device would take too long: nothing interrupts a convolution that has begun."""
        return self.operations > HEAVY

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is torch.ops.aten.convolution.default:
            _check(*args, **(kwargs or {}))
        made = func(*args, **(kwargs or {}))
        if func is torch.ops.aten.convolution.default:
            self.operations += _taken(made, *args, **(kwargs or {}))
        return made


def _taken(
    made: Tensor, x: Tensor, weight: Tensor, *args: Any, transposed: bool = False, **kwargs: Any
) -> int:
    """Count the operations of a convolution: the kernel is laid on each of what it makes, or else takes."""
    over = x if transposed or args[4:5] == (True,) else made
    return 2 * over.numel() * prod(weight.shape[1:])


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
