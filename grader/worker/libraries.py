"""Torch and torchvision, imported without torch's compiler, which takes as long as both.

Torch imports it only to tell it what not to compile, torchvision only to be able to ask what it supports.
Code that compiles something gets it where it does.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from types import ModuleType
from typing import Any

COMPILER, UTILITIES = "torch._dynamo", "torch._dynamo.utils"
TELLING = "torch._compile"  # the module by which torch tells its compiler what not to compile

Function = Callable[..., Any]


def import_sparingly() -> None:
    """Import both, unless torch is there already."""
    if "torch" not in sys.modules:
        telling = _tell_less()
        vars(importlib.import_module("torch"))["_compile"] = telling
    with without_compiler():
        importlib.import_module("torchvision")


def _tell_less() -> ModuleType:
    """Let torch find a module that tells its compiler what not to compile only where it is there."""
    torch = importlib.util.find_spec("torch")
    assert torch is not None and torch.origin is not None, "it is installed"
    spec = importlib.util.spec_from_file_location(TELLING, Path(torch.origin).with_name("_compile.py"))
    assert spec is not None and spec.loader is not None
    module = sys.modules[TELLING] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module._disable_dynamo = _sparing(module._disable_dynamo)  # type: ignore[attr-defined]  # torch has it
    return module


def _sparing(disable: Function) -> Function:
    def disabled(fn: Function | None = None, recursive: bool = True) -> Function:
        if fn is None:
            return partial(disabled, recursive=recursive)
        told = disable(fn, recursive)

        @wraps(fn)
        def inner(*args: Any, **kwargs: Any) -> Any:
            return (told if _compiles() else fn)(*args, **kwargs)

        return inner

    return disabled


def _compiles() -> bool:
    """Whether the compiler is there, and nothing in its place."""
    return not isinstance(sys.modules.get(COMPILER), _StandIn | None)


@contextmanager
def without_compiler() -> Iterator[None]:
    """Have something in the compiler's place meanwhile, unless it is there."""
    if _compiles():
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


def _is_compile_supported(device: str) -> bool:
    found = importlib.import_module(UTILITIES)
    return bool(found.is_compile_supported(device))


import_sparingly()
