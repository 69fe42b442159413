"""Debuggers that code stops in, which go on here: nobody is there to type."""

from __future__ import annotations

import importlib
import importlib.util
import pdb
import sys
from collections.abc import Iterable
from contextlib import suppress
from types import ModuleType
from typing import Any

OTHERS = (
    "ipdb",
    "pudb",
)  # where one is not installed, a module with no more than a way to stop stands for it
HELD = (*OTHERS, "IPython", "IPython.core.debugger")
STOPS = ("set_trace", "embed")


def go_on(*args: Any, **options: Any) -> None:
    """Do what a person does who has seen enough: nothing."""


def pass_by(texts: Iterable[str]) -> None:
    """Let whatever stops code for a person to look go on."""
    said = " ".join(texts)
    sys.breakpointhook = go_on
    pdb.set_trace = go_on
    for name in (name for name in OTHERS if name in said and name not in sys.modules):
        if importlib.util.find_spec(name) is None:
            sys.modules[name] = ModuleType(name)
            vars(sys.modules[name])["set_trace"] = go_on
    for name in (name for name in HELD if name.partition(".")[0] in said):
        with suppress(ImportError):
            module = importlib.import_module(name)
            for stop in (stop for stop in STOPS if hasattr(module, stop)):
                setattr(module, stop, go_on)
