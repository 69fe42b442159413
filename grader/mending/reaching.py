"""Rows and columns that are taken by number, perhaps from beyond the end of a map.

What records a pass knows shapes and no values, so that it is not stopped there; a pass with values is.
"""

from __future__ import annotations

from typing import Any

from grader.wall.recording import Argument, Items, Recording, Tensor
from grader.wall.verbs import Narrow, Request, Run, Trace

# What torch says, for one way to take them and another.
RAISED = ("index out of range in self", "is out of bounds for dimension")
TAKES = ("aten.index_select.default", "aten.index.Tensor", "aten.gather.default", "aten.take.default")


def by_number(run: Recording) -> bool:
    """Whether a pass takes something by computed numbers; told of one mode, as the other does the same."""
    taken = (call for call in run.calls if call.name in TAKES)
    return not run.training and any(_is_computed(each) for call in taken for each in call.args[1:])


def _is_computed(argument: Argument) -> bool:
    items = argument.items if isinstance(argument, Items) else (argument,)
    return any(isinstance(each, Tensor) for each in items)


def with_values(asked: Trace) -> tuple[Request[Any], ...]:
    """What is asked to run a network that was recorded, with values and all of its channels."""
    made = Narrow(asked.model, asked.n_class, shapes={}, keys={}, seed=0)
    run = Run(
        asked.model,
        asked.n_class,
        size=asked.size,
        seed=0,
        chance=0,
        training=False,
        grad="none",
    )
    return made, run
