"""What the layers of a model are set to, and what of it copying changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from torch import nn

from grader.wall.values import cut, kind_of
from grader.wall.verbs import Changed
from grader.wall.verbs.request import MAX_PARAMETERS

PLAIN = (bool, int, float, str, type(None))
SAME = ("training", "inplace")  # whatever these are, it computes the same
LONGEST = 100
Settings = Mapping[tuple[str, str], str]  # (a layer's name, an attribute of it) -> its value


def settings(model: nn.Module) -> Settings:
    """What each layer is set to, and of which type it is."""
    return {
        (name, key): value
        for name, layer in islice(model.named_modules(), MAX_PARAMETERS)
        for key, value in _of(layer)
    }


def _of(layer: nn.Module) -> Iterator[tuple[str, str]]:
    yield "type", kind_of(layer)
    for key, value in vars(layer).items():
        if not key.startswith("_") and key not in SAME and _is_plain(value):
            yield key, cut(_plainly(value), LONGEST)


def _is_plain(value: Any) -> bool:
    parts = value if type(value) in (tuple, list) else (value,)
    return all(type(part) in PLAIN for part in parts)


def _plainly(value: Any) -> str:
    """A value's text; (1, 1) is 1 of both sides."""
    parts = list(value) if isinstance(value, tuple | list) else [value]
    return str(parts[0]) if parts and parts == parts[:1] * len(parts) else str(tuple(parts))


def changes(before: Settings, after: Settings) -> tuple[Changed, ...]:
    """What is set otherwise than it was, of the layers that there still are."""
    found = (
        Changed(*key, before[key], after[key]) for key in before if after.get(key, before[key]) != before[key]
    )
    return tuple(islice(found, MAX_PARAMETERS))
