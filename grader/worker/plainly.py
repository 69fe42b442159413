"""Run a model no dearer than need be: pools and large convolutions as the trusted side, equal ones once."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grader.wall.convolving import convolve, is_heavy
from grader.wall.pooling import pool
from grader.worker.convolved import Convolved, is_worth_it

CONV2D, CONVOLUTION = torch.ops.aten.conv2d.default, torch.ops.aten.convolution.default
POOL = torch.ops.aten.max_pool2d.default
DEFAULTS = (None, 1, 0, 1, 1)  # of conv2d: bias, stride, padding, dilation, groups


class Plainly(TorchDispatchMode):
    """Leave every other operation to torch."""

    def __init__(self, convolved: Convolved) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
        self._convolved = convolved

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is POOL and not kwargs:
            return pool(*args)
        asked = None if kwargs else _asked(func, args)
        if asked is not None and is_heavy(asked[0], asked[1], *asked[4:]):
            return convolve(*asked)
        if asked is not None and is_worth_it(args):
            return self._convolved(func, args)
        return func(*args, **(kwargs or {}))


def _asked(func: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What a convolution is called with, as conv2d takes it; None for any other operation."""
    if func is CONV2D:
        return (*args, *DEFAULTS[len(args) - 2 :])
    if func is CONVOLUTION and not args[6]:  # transposed
        return (*args[:6], args[8])
    return None
