"""A student without a sandbox: the worker's operations, called in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgpack
import numpy as np

from grader.errors import StudentRaised
from grader.records.reason import Place
from grader.sandbox.loading import Loaded
from grader.sandbox.student import Reply
from grader.worker.loader import StudentCodeError, World, describe
from grader.worker.operations import OPERATIONS
from grader.worker.places import place_of
from tests.grader.slim import world_of


class InProcess:
    """Answers like `grader.sandbox.student.Student`; what was asked is kept in `asked`."""

    def __init__(self, source: str, world: World | None = None) -> None:
        self.world = world or world_of(source)
        self.asked: list[str] = []
        self.loaded = Loaded(tuple(self.world.targets))

    def ask(
        self,
        verb: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, np.ndarray] | None = None,
        *,
        seconds: float = 30.0,
    ) -> Reply:
        """Answer by the worker's own code, plain values as they come off the wire."""
        self.asked.append(verb)
        try:
            value, found = OPERATIONS[verb](self.world, _wired(dict(args or {})), dict(arrays or {}))
        except StudentCodeError as error:
            assert error.__cause__ is not None
            place = place_of(error.__cause__)
            raise StudentRaised(*describe(error.__cause__), Place(*place) if place else None) from None
        return Reply(_wired(value), found)


def _wired(value: Any) -> Any:
    return msgpack.unpackb(msgpack.packb(value), strict_map_key=False)


class Refusing:
    """A student that answers every request with the same exception."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[str] = []
        self.loaded = Loaded(("FCN32s", "FCN8s", "get_cls_pred", "returnCAM"))

    def ask(self, verb: str, *_: Any, **__: Any) -> Reply:
        """Raise."""
        self.asked.append(verb)
        raise self.error
