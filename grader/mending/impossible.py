"""What a network has that can be recorded and never run: a weight of no numbers, or of too many."""

from __future__ import annotations

from math import prod

from grader.mending.trouble import Trouble
from grader.wall.verbs import Model

SINGLE = 4  # bytes of a number
MOST = 6 << 30  # bytes of one parameter: of the 8 GiB that a network is given, its copy takes as much again
AXES = 2  # that a weight has at least; a list of no numbers may be meant


def impossible(model: Model) -> Trouble | None:
    """Return what is wrong with the first parameter that can't be; None where all can."""
    for name, parameter in model.parameters.items():
        size, place = prod(parameter.shape) * SINGLE, parameter.line.place if parameter.line else None
        if size == 0 and len(parameter.shape) >= AXES:
            return Trouble("ValueError", f"{name} of {parameter.shape} has no numbers", place)
        if size > MOST:
            return Trouble("MemoryError", f"{name} of {parameter.shape} takes {size / 1e9:.3g} GB", place)
    return None
