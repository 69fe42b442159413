"""What stands behind a layer: the steps of the path up to the next one, and where it is applied again."""

from __future__ import annotations

from collections.abc import Iterator

from grader.network.graph import Expr
from grader.network.path import LAYERS
from grader.network.reading import Reading


def segment(reading: Reading, position: int) -> Iterator[tuple[int, Expr]]:
    """Yield the path's steps after a position, up to the next layer; one may be applied again."""
    steps = reading.path.steps
    for later in range(position + 1, len(steps)):
        if steps[later].op in LAYERS and not _is_again(reading, steps[position], steps[later]):
            return
        yield later, steps[later]


def has_relu(reading: Reading, role: str) -> bool:
    """Return whether a ReLU follows a layer of the path before the next one."""
    return any(step.op == "relu" for _, step in segment(reading, reading.positions[role]))


def again(reading: Reading, role: str) -> int:
    """Return how often a layer is applied where the assignment has none of its own."""
    return sum(_is_again(reading, reading.layers[role].expr, step) for step in reading.path.steps)


def _is_again(reading: Reading, layer: Expr, step: Expr) -> bool:
    known = {each.expr.key for each in reading.layers.values()}
    both = layer.op in LAYERS and step.op in LAYERS
    return both and step.inputs[1].key == layer.inputs[1].key and step.key not in known
