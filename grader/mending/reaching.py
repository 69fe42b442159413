"""Rows and columns that are taken by number from beyond the end of a map.

What records a pass knows shapes and no values, so that it is not stopped there; a pass with values is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.mending.trouble import Trouble
from grader.wall.recording import Call, Items, Recording, Tensor

RAISED = "index out of range in self"  # what torch says, for some ways to take them
STEPS = 8  # from numbers that are counted to their use, that are followed back
MOVED = ("detach", "unsqueeze", "view", "expand", "_to_copy", "alias", "clone")
MOVES = tuple(f"aten.{name}.default" for name in MOVED)


def beyond(run: Recording) -> Trouble | None:
    """Return what a pass with values raises, if it takes what is not there."""
    made = {result.number: call for call in run.calls for result in call.results}
    shapes = {leaf.number: leaf.shape for leaf in run.leaves}
    shapes |= {result.number: result.shape for call in run.calls for result in call.results}
    for call in run.calls:
        for source, axis, index in _taken(call):
            shape, last = shapes.get(source, ()), _last(made, index)
            if last is not None and -len(shape) <= axis < len(shape) and last >= shape[axis]:
                return Trouble("IndexError", RAISED, call.line.place if call.line else None)
    return None


def _taken(call: Call) -> Iterator[tuple[int, int, int]]:
    """Yield what a call takes from, along which axis, and by which numbers."""
    match call.name, call.args:
        case "aten.index_select.default", (Tensor(source), int(axis), Tensor(index)):
            yield source, axis, index
        case "aten.index.Tensor", (Tensor(source), Items(items)):
            for axis, each in enumerate(items):
                if isinstance(each, Tensor):
                    yield source, axis, each.number


def _last(made: Mapping[int, Call], number: int) -> int | None:
    """Return the last of numbers that are counted one by one; None of any others."""
    shift = 0
    for _ in range(STEPS):
        match made.get(number):
            case Call(name="aten.arange.default" | "aten.arange.start", args=(*_, int(end))):
                return end - 1 + shift
            case Call(name="aten.add.Tensor", args=(Tensor(before), int(more)), named={**named}) if not named:
                number, shift = before, shift + more
            case Call(name=name, args=(Tensor(before), *_)) if name in MOVES:
                number = before
            case _:
                return None
    return None
