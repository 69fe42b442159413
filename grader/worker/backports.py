"""What newer Pythons' own library holds, put where this one lacks it: a student's Python may be newer."""

from __future__ import annotations

import itertools
import math
import typing
import warnings
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any

import typing_extensions


def lend() -> None:
    """Give the library's modules what they lack of it."""
    for module, names in LENT.items():
        for name, value in names.items():
            if not hasattr(module, name):
                setattr(module, name, value)


def batched(iterable: Iterable[Any], n: int, *, strict: bool = False) -> Iterator[tuple[Any, ...]]:
    """Yield tuples of n values, the last of which may be shorter; as itertools has it since Python 3.12."""
    if n < 1:
        raise ValueError("n must be at least one")
    values = iter(iterable)
    while batch := tuple(itertools.islice(values, n)):
        if strict and len(batch) != n:
            raise ValueError("batched(): incomplete batch")
        yield batch


def sumprod(p: Sequence[float], q: Sequence[float], /) -> float:
    """Return the sum of products; as math has it since Python 3.12."""
    return sum(x * y for x, y in zip(p, q, strict=True))


# Few: by others, such as NoDefault, libraries tell how new a Python is, and take what it lacks.
LENT: dict[ModuleType, dict[str, Any]] = {
    typing: {"override": typing_extensions.override},
    warnings: {"deprecated": typing_extensions.deprecated},
    itertools: {"batched": batched},
    math: {"sumprod": sumprod},
}
