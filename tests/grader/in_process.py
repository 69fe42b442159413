"""A student without a sandbox: the worker's operations, called in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from fixtures.corpus.inside import over_the_wire
from grader.errors import StudentRaised
from grader.wall.answers import Reply, fit, read_value
from grader.wall.values import place
from grader.wall.verbs import Loaded, Request, verb
from grader.worker.loader import StudentCodeError, World, describe
from grader.worker.operations import OPERATIONS
from grader.worker.places import line_of
from tests.grader.slim import world_of

V = TypeVar("V")


class InProcess:
    """Answers like `grader.sandbox.student.Student`; what was asked is kept in `asked`."""

    def __init__(self, source: str, world: World | None = None) -> None:
        self.world = world or world_of(source)
        self.asked: list[str] = []
        self.loaded = Loaded(tuple(self.world.targets))

    def ask(
        self,
        request: Request[V],
        arrays: Mapping[str, np.ndarray] | None = None,
        *,
        seconds: float = 30.0,
        told: bool = False,
    ) -> Reply[V]:
        """Answer by the worker's own code, with values as they come off the wire."""
        self.asked.append(verb(type(request)))
        asked: Any = over_the_wire(request, type(request))
        try:
            value, found = OPERATIONS[type(asked)](self.world, asked, dict(arrays or {}))
        except StudentCodeError as error:
            assert error.__cause__ is not None
            raise StudentRaised(*describe(error.__cause__), place(line_of(error.__cause__))) from None
        return Reply(read_value(fit(value, found, asked), asked), found)


class Refusing:
    """A student that answers every request with the same exception."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[str] = []
        self.loaded = Loaded(("FCN32s", "FCN8s", "get_cls_pred", "returnCAM"))

    def ask(self, request: Request[V], *_: Any, **__: Any) -> Reply[V]:
        """Raise."""
        self.asked.append(verb(type(request)))
        raise self.error

    def has_time(self, model: str) -> bool:
        """Return whether mending may go on."""
        return True
