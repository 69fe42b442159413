"""What a network has that can be recorded and never run: a weight of no numbers, weights of too many."""

from __future__ import annotations

from math import prod

from grader.mending.trouble import Trouble
from grader.wall.verbs import Model

SINGLE = 4  # bytes of a number
MOST = 6 << 30  # bytes of all parameters: of the 8 GiB that a network is given, to run it takes some too
CLAIMED = 1 << 80  # bytes
AXES = 2  # that a weight has at least; a list of no numbers may be meant


def impossible(model: Model) -> Trouble | None:
    """Return what is wrong with the parameters of a network that can't be; None where they can."""
    sizes = {name: prod(parameter.shape) * SINGLE for name, parameter in model.parameters.items()}
    for name, parameter in model.parameters.items():
        place = parameter.line.place if parameter.line else None
        if sizes[name] == 0 and len(parameter.shape) >= AXES:
            return Trouble("ValueError", f"{name} of {parameter.shape} has no numbers", place)
        if sizes[name] > MOST:
            taken = _gigabytes(sizes[name])
            return Trouble("MemoryError", f"{name} of {parameter.shape} takes {taken}", place)
    whole = sum(sizes.values())
    told = f"all {len(sizes)} parameters take {_gigabytes(whole)}"
    return Trouble("MemoryError", told, None) if whole > MOST else None


def _gigabytes(size: int) -> str:
    """A size as it is told; one that is only claimed may be larger than any float."""
    return f"{size / 1e9:.3g} GB" if size < CLAIMED else "more than any machine has"
