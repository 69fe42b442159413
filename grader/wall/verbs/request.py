"""How something is asked: a request knows what its answer may hold."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar, get_args

from grader.wall.values import Value
from grader.wall.wire import WireLimits

V = TypeVar("V")
MiB = 1 << 20
MAX_PARAMETERS = 5_000


class Request(Value, Generic[V], frozen=True):
    """Something to ask; V is what is answered."""

    @property
    def limits(self) -> WireLimits:
        """Return what the answer may hold: without arrays, unless a verb says more."""
        return WireLimits(header=MiB, arrays=0, total=0)


class OfModel(Request[V], Generic[V], frozen=True):
    """Something to ask about one of the models."""

    model: str
    n_class: int = 12


def verb(kind: type[Request[Any]]) -> str:
    """Return a request's name on the wire: `train_begin` for TrainBegin."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def reply(kind: type[Request[V]]) -> type[V]:
    """Return the type that a request is answered by."""
    return get_args(kind.__orig_bases__[0])[0]  # type: ignore[attr-defined,no-any-return]  # of a generic class


class Done(Value, frozen=True):
    """It was done, and there is nothing to tell."""
