"""Torch and torchvision, imported without torch's compiler, which takes as long as both, and its symbols.

Torch imports the compiler only to tell it what not to compile, torchvision only to be able to ask what it
supports. Code that compiles something gets it where it does.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.wall.symbols import leave_out_symbols
from grader.wall.uncompiled import compiles, without_compiler

COMPILING = "torch._compile"  # the module by which torch tells its compiler what not to compile

Function = Callable[..., Any]


def import_sparingly() -> None:
    """Import both, unless torch is there already."""
    if "torch" not in sys.modules:
        telling = _tell_less()
        vars(importlib.import_module("torch"))["_compile"] = telling
    leave_out_symbols()
    with without_compiler():
        importlib.import_module("torchvision")


def _tell_less() -> ModuleType:
    """Let torch find a module that tells its compiler what not to compile only where it is there."""
    torch = importlib.util.find_spec("torch")
    assert torch is not None and torch.origin is not None, "it is installed"
    spec = importlib.util.spec_from_file_location(COMPILING, Path(torch.origin).with_name("_compile.py"))
    assert spec is not None and spec.loader is not None
    module = sys.modules[COMPILING] = importlib.util.module_from_spec(spec)
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
            return (told if compiles() else fn)(*args, **kwargs)

        return inner

    return disabled


import_sparingly()
