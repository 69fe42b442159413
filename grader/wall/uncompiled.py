"""Torch's compiler, which takes two seconds to import, left out where torch wants it only to compile nothing.

Code that compiles something gets it where it does.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

COMPILER, UTILITIES = "torch._dynamo", "torch._dynamo.utils"

Function = Callable[..., Any]


def compiles() -> bool:
    """Whether the compiler is there, and nothing in its place."""
    return not isinstance(sys.modules.get(COMPILER), _StandIn | None)


@contextmanager
def without_compiler() -> Iterator[None]:
    """Have something in the compiler's place meanwhile, unless it is there."""
    if compiles():
        yield
        return
    compiler, utilities = _StandIn(COMPILER), _StandIn(UTILITIES)
    compiler.__dict__.update(disable=_as_it_is, graph_break=lambda: None, utils=utilities)
    utilities.__dict__.update(is_compile_supported=_is_compile_supported)
    sys.modules.update({COMPILER: compiler, UTILITIES: utilities})
    try:
        yield
    finally:
        _StandIn.leave()


class _StandIn(ModuleType):
    """A module in another's place, which is imported when more is wanted of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and (self.__name__, name) != (COMPILER, "__path__"):
            raise AttributeError(name)  # asked by what looks at all modules
        _StandIn.leave()
        return getattr(importlib.import_module(self.__name__), name)

    @staticmethod
    def leave() -> None:
        """Make room for the real ones."""
        for name in (COMPILER, UTILITIES):
            if isinstance(sys.modules.get(name), _StandIn):
                del sys.modules[name]


def _as_it_is(fn: Function | None = None, *_: Any, **__: Any) -> Function:
    return fn if fn is not None else lambda made: made


def run_uncompiled() -> None:
    """Let what compiles code give it as it is: it changes no value, and takes minutes."""
    if (torch := sys.modules.get("torch")) is not None:
        vars(torch)["compile"] = lambda model=None, **_: _as_it_is(model)  # as torch names it
        torch.nn.Module.compile = lambda self, *_, **__: None


def _is_compile_supported(device: str) -> bool:
    found = importlib.import_module(UTILITIES)
    return bool(found.is_compile_supported(device))
