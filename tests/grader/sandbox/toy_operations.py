"""Operations for tests: call a target of the submission; none of it needs torch."""

from __future__ import annotations

from typing import Any

from grader.wall.values import Value
from grader.wall.verbs import Request
from grader.wall.wire import WireLimits
from grader.worker.console import capture
from grader.worker.loader import World
from grader.worker.loader import call as blamed

ROOM = WireLimits(header=1 << 20, arrays=4, total=1 << 20)


class Anything(Value, frozen=True):
    """Any plain value."""

    value: Any


class Call(Request[Anything], frozen=True):
    """Call a target with plain arguments; a tuple `(value, arrays)` may be what it returns."""

    name: str
    args: tuple[Any, ...] = ()
    model: str = ""
    instead: tuple[str, ...] = ()  # as of code that is read otherwise

    @property
    def limits(self) -> WireLimits:
        return ROOM


class Double(Request[Anything], frozen=True):
    """Send every array back, doubled."""

    @property
    def limits(self) -> WireLimits:
        return ROOM


class Printed(Request[Anything], frozen=True):
    """What a target prints."""

    name: str


class Broken(Request[Anything], frozen=True):
    """A fault of our own."""


class Unknown(Request[Anything], frozen=True):
    """Nothing that the worker knows."""


def call(world: World, asked: Call, arrays: Any) -> Any:
    value = blamed(world.targets[asked.name], *asked.args)
    value, found = value if isinstance(value, tuple) else (value, {})
    return Anything(value), found


def double(world: World, asked: Double, arrays: Any) -> Any:
    return Anything(sorted(arrays)), {name: array * 2 for name, array in arrays.items()}


def printed(world: World, asked: Printed, arrays: Any) -> Any:
    with capture() as tape:
        blamed(world.targets[asked.name])
    return Anything(tape.text), {}


def broken(world: World, asked: Broken, arrays: Any) -> Any:
    raise AssertionError("a fault of the grader")


OPERATIONS = {Call: call, Double: double, Printed: printed, Broken: broken}
