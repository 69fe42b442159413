"""Torch's symbols for unknown sizes, a third of a second of imports, left out where every size is known.

On the meta device torch asks of each size whether it is a symbol. Code that has symbols gets them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

SYMBOLS = "torch.fx.experimental.symbolic_shapes"
ABOVE, _, NAME = SYMBOLS.rpartition(".")

Function = Callable[..., Any]


def leave_out_symbols() -> None:
    """Have something in their place from now on, unless they are there."""
    if SYMBOLS not in sys.modules:
        made = sys.modules[SYMBOLS] = vars(importlib.import_module(ABOVE))[NAME] = _StandIn(SYMBOLS)
        vars(made).update({name: _sparing(name, *answered) for name, answered in KNOWN.items()})


class _StandIn(ModuleType):
    """What torch asks of numbers; where more is wanted, the symbols are imported."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # asked by what looks at all modules
        return getattr(_symbols(), name)


def _symbols() -> ModuleType:
    """The module itself, in its place."""
    if isinstance(sys.modules.get(SYMBOLS), _StandIn):
        del sys.modules[SYMBOLS]
    return importlib.import_module(SYMBOLS)


def _sparing(name: str, are_known: Callable[..., bool], answer: Function) -> Function:
    """A function that answers what is known, and asks the real one of that name all else."""

    def asked(*values: Any, **more: Any) -> Any:
        if not more and are_known(*values):
            return answer(*values)
        return getattr(_symbols(), name)(*values, **more)

    return asked


# --- what is known ----------------------------------------------------------------------------------


def _is_decided(value: Any) -> bool:
    return type(value) is bool


def _are_decided(value: Any, *others: Any) -> bool:
    return all(map(_is_decided, (value, *others)))


def _is_number(value: Any) -> bool:
    return type(value) in (bool, int, float)


def _are_sizes(*both: Any) -> bool:
    """Whether both are whole numbers, or both are rows of such."""
    return all(type(value) is int for value in both) or all(
        isinstance(row, tuple | list) and all(type(value) is int for value in row) for row in both
    )


def _is_tensor(value: Any) -> bool:
    """Whether it is a tensor of torch's own kinds, whose sizes are numbers."""
    torch = sys.modules["torch"]
    return type(value) in (torch.Tensor, torch.nn.Parameter) and value.layout == torch.strided


def _are_equal(a: Any, b: Any) -> bool:
    return bool(a == b) if type(a) is int else list(a) == list(b)


def _same(value: Any, skip: int = 0) -> Any:
    return value


KNOWN: dict[str, tuple[Callable[..., bool], Function]] = {
    **dict.fromkeys(("guard_or_false", "guard_or_true", "guard_bool"), (_is_decided, _same)),
    **dict.fromkeys(("guard_size_oblivious", "statically_known_true"), (_is_decided, _same)),
    "expect_true": (lambda value, skip=0: _is_decided(value), _same),
    "sym_and": (_are_decided, lambda *values: all(values)),
    "sym_or": (_are_decided, lambda *values: any(values)),
    "sym_eq": (lambda a, b: _are_sizes(a, b), _are_equal),
    "is_nested_int": (_is_number, lambda value: False),
    "has_guarding_hint": (_is_number, lambda value: True),
    "guarding_hint_or_throw": (lambda value: type(value) in (bool, int), _same),
    "free_unbacked_symbols": (_is_tensor, lambda tensor: frozenset()),
}
