"""Operations for tests: call a target of the submission; none of it needs torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker.console import capture
from grader.worker.loader import World
from grader.worker.loader import call as blamed


def call(world: World, args: dict[str, Any], arrays: Any) -> Any:
    """Call a target with plain arguments; a tuple `(value, arrays)` may be what it returns."""
    value = blamed(world.targets[args["name"]], *args.get("args", []))
    return value if isinstance(value, tuple) else (value, {})


def double(world: World, args: dict[str, Any], arrays: Any) -> Any:
    """Send every array back, doubled."""
    return sorted(arrays), {name: array * 2 for name, array in arrays.items()}


def printed(world: World, args: dict[str, Any], arrays: Any) -> Any:
    """What a target prints."""
    with capture() as tape:
        blamed(world.targets[args["name"]])
    return tape.text, {}


def broken(world: World, args: dict[str, Any], arrays: Any) -> Any:
    """A fault of our own."""
    raise AssertionError("a fault of the grader")


def unsendable(world: World, args: dict[str, Any], arrays: Any) -> Any:
    """An answer that does not fit the wire."""
    return None, {"a": np.zeros(1, np.complex64)}


OPERATIONS = {"call": call, "double": double, "printed": printed, "broken": broken, "unsendable": unsendable}
