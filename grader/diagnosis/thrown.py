"""What is applied and whose result is thrown away: a missing step that is taken."""

from __future__ import annotations

from collections.abc import Iterator

from grader.network.graph import Expr, walk
from grader.network.path import LAYERS
from grader.network.reading import Reading
from grader.network.roles import conv_cost, is_pool, read_layer
from reference.architecture import Conv, Skip

ALIKE = 1.0  # more than differs in a layer that is made almost as it should be


def layer(reading: Reading, wanted: Conv) -> Expr | None:
    """Return where a layer that is missing was applied and not kept, None where it was not."""
    nodes = [node for node in _gone(reading) if node.op in LAYERS]
    costs = {id(node): conv_cost(read_layer(node), wanted) for node in nodes}
    return min((node for node in nodes if costs[id(node)] < ALIKE), key=lambda n: costs[id(n)], default=None)


def relu(reading: Reading, before: Expr) -> Expr | None:
    """Return the ReLU of a layer's output that was not kept, None where there is none."""
    return next((node for node in _gone(reading) if node.op == "relu" and before in node.inputs), None)


def pool(reading: Reading, before: str) -> Expr | None:
    """Return the pooling after a layer, by its role, that was not kept, None where there is none."""
    nodes = (node for node in _gone(reading) if is_pool(node))
    return next((node for node in nodes if _after(reading, node) == before), None)


def crop(reading: Reading) -> Expr | None:
    """Return the crop of what the last layer gave that was not kept, None where there is none."""
    last = max(reading.positions, key=reading.positions.__getitem__, default="")
    nodes = (node for node in _gone(reading) if node.op == "crop")
    return next((node for node in nodes if _after(reading, node) == last), None)


def joins(reading: Reading, skip: Skip) -> bool:
    """Return whether a skip was added to what a transposed convolution took that was not kept."""
    ends = (list(walk(end)) for end in reading.unused)
    taken = [node for nodes in ends if any(each.op == "deconv" for each in nodes) for node in nodes]
    scores = (read_layer(node) for node in taken if node.op == "conv")
    return any(each.op == "add" for each in taken) and any(
        conv_cost(each, skip.score) < ALIKE for each in scores
    )


def _gone(reading: Reading) -> Iterator[Expr]:
    """Yield the steps that lead to nothing."""
    known = {node.key for node in reading.pools.values()} | set(reading.path.places)
    known |= {found.expr.key for found in reading.layers.values()}
    for end in reading.unused:
        yield from (node for node in walk(end) if node.key not in known)


def _after(reading: Reading, node: Expr) -> str:
    """Return the role that a step follows; "" where it does not follow the path."""
    source = node.inputs[0] if node.inputs else node
    position = reading.path.places.get(source.key)
    return "" if position is None else reading.after(position)
