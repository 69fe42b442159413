"""Large tensors of a model under construction: zeros that take no memory until somebody writes to them.

A network's take half a gigabyte, which its constructor sets to zero: in vain where they are to be replaced.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from grader.worker.trace import LARGE

MAKING = (torch.empty, torch.zeros)
LOOKING = frozenset(  # what leaves a tensor's values as they are, and gives no other way to them
    (
        *(Tensor.size, Tensor.dim, Tensor.numel, Tensor.detach, Tensor.requires_grad_),
        *(Tensor.is_floating_point, Tensor.is_complex, Tensor.is_contiguous),
    )
)


class Untouched(TorchFunctionMode):
    """Gives large tensors memory that is zero as it comes, and sets none to zero that still is."""

    def __init__(self) -> None:
        super().__init__()
        self._zero: dict[int, Tensor] = {}  # by address; kept, so that nothing else comes to lie there

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in MAKING:
            return self._made(func, args, kwargs)
        known = self._zero.keys() & map(_address, _tensors((args, kwargs)))
        if known and func is Tensor.zero_:
            return args[0]
        if func not in LOOKING and getattr(func, "__name__", "") != "__get__":  # of an attribute
            for address in known:
                self._zero.pop(address, None)
        return func(*args, **kwargs)

    def _made(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
        plain: Tensor = torch.empty(*args, **kwargs)  # takes no memory either
        usual = plain.dtype == torch.float32 and plain.device.type == "cpu" and plain.is_contiguous()
        if plain.numel() <= LARGE or not usual or plain.requires_grad or "out" in kwargs:
            return func(*args, **kwargs)  # type: ignore[no-any-return]  # one of MAKING
        shape = tuple(plain.shape)
        del plain
        made = zeros(shape)
        self._zero[made.data_ptr()] = made
        return made


def zeros(shape: tuple[int, ...]) -> Tensor:
    """Zeros in memory that the kernel gives when they are written to, in large pages where it has them."""
    memory = mmap.mmap(-1, 4 * prod(shape), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError, AttributeError):  # not every kernel has them
        memory.madvise(mmap.MADV_HUGEPAGE)
    return torch.frombuffer(memory, dtype=torch.float32).view(shape)


def _address(tensor: Tensor) -> int:
    """Where a plain tensor's values begin; 0 of one that is of another kind, which may refuse to tell."""
    usual = type(tensor) in (Tensor, nn.Parameter) and tensor.layout == torch.strided
    return tensor.data_ptr() if usual and tensor.device.type == "cpu" else 0


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
