"""Initialisers that take seconds for a layer of a network's size, and minutes for one of them: left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import prod
from types import ModuleType
from typing import Any

import numpy as np
from torch import Tensor, nn

from grader.worker.norms import of_some_norm
from grader.worker.trace import LARGE

OF_TORCH = (
    *("kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_"),
    *("uniform_", "normal_", "trunc_normal_", "orthogonal_", "sparse_", "dirac_"),
)
OF_NUMPY = {  # with the position of the first argument that tells how many, and whether each further one does
    **{"normal": (2, False), "uniform": (2, False), "standard_normal": (0, False)},
    **{"random": (0, False), "random_sample": (0, False), "rand": (0, True), "randn": (0, True)},
}


@contextmanager
def without_slow_initialisers() -> Iterator[None]:
    """Leave large parameters at zero: memory that is used again may hold a VGG-16, which nobody copied."""
    with ExitStack() as stack:
        for name in OF_TORCH:
            stack.enter_context(exchanged(nn.init, name, _zeroing(getattr(nn.init, name))))
        for name, (first, each) in OF_NUMPY.items():
            draw = _blank(getattr(np.random, name), first, each)
            stack.enter_context(exchanged(np.random, name, draw))
        stack.enter_context(of_some_norm(LARGE))
        yield


@contextmanager
def exchanged(module: ModuleType, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """While this lasts, a module's function is another one."""
    before = getattr(module, name)
    setattr(module, name, function)
    try:
        yield
    finally:
        setattr(module, name, before)


def _zeroing(initialise: Callable[..., Any]) -> Callable[..., Any]:
    return lambda tensor, *args, **kwargs: (
        tensor.data.zero_()
        if isinstance(tensor, Tensor) and tensor.numel() > LARGE
        else initialise(tensor, *args, **kwargs)
    )


def _blank(draw: Callable[..., Any], first: int, each: bool) -> Callable[..., Any]:
    def drawn(*args: Any, **kwargs: Any) -> Any:
        size = args[first:] if each else kwargs.get("size", (*args[first:], None)[0])
        shape = size if isinstance(size, tuple | list) else ()
        if all(isinstance(width, int) for width in shape) and prod(shape) > LARGE:
            return np.zeros(shape)
        return draw(*args, **kwargs)

    return drawn
