"""The main path of a network: the chain from input to output through most layers, and what joins it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.network.graph import Expr, walk

LAYERS = ("conv", "deconv")
MOST_STEPS = 100_000  # of all sides together: each of thousands that join may be as long as the network


@dataclass(frozen=True)
class Join:
    """A side branch that joins the main path: `side` leads from where it was taken to where it joins.

    In a sum `coefficient` is what the side is multiplied by, and `main` what the main path is.
    """

    expr: Expr
    tap: Expr | None  # the value of the main path that it was taken from; None where it has another origin
    side: tuple[Expr, ...]
    coefficient: float = 1.0
    main: float = 1.0

    @property
    def kind(self) -> str:
        return "add" if self.expr.op == "add" else self.expr.op.removeprefix("aten.").split(".")[0]


@dataclass(frozen=True)
class Path:
    """The main path, input first; `joins` says for a position what joins there."""

    steps: tuple[Expr, ...]
    joins: dict[int, Join]

    @cached_property
    def places(self) -> dict[str, int]:
        """Return where in the path a value is, by its key."""
        return {step.key: position for position, step in enumerate(self.steps)}


def depths(root: Expr) -> dict[str, int]:
    """Return how many layers lie on the deepest way to each value."""
    depth: dict[str, int] = {}
    for node in walk(root):
        below = max((depth[source.key] for source in node.inputs), default=0)
        depth[node.key] = below + (node.op in LAYERS)
    return depth


def touches_input(root: Expr) -> dict[str, bool]:
    """Return for each value whether it depends on the input."""
    known: dict[str, bool] = {}
    for node in walk(root):
        known[node.key] = node.op == "input" or any(known[source.key] for source in node.inputs)
    return known


def main_path(root: Expr) -> Path:
    """Find the main path; of several inputs the one with most layers below is followed."""
    depth, alive = depths(root), touches_input(root)
    steps: list[Expr] = []
    node = root
    while node.op != "input" and any(alive[source.key] for source in node.inputs):
        steps.append(node)
        node = max((s for s in node.inputs if alive[s.key]), key=lambda source: depth[source.key])
    steps.append(node)
    steps.reverse()
    on_path = {step.key for step in steps}
    joins, left = {}, MOST_STEPS
    for position, step in enumerate(steps):
        others = [s for s in step.inputs if alive[s.key] and position and s.key != steps[position - 1].key]
        if others and step.op not in LAYERS:
            joins[position] = _join(step, others[0], on_path, alive, left)
            left -= len(joins[position].side)
    return Path(tuple(steps), joins)


def _join(step: Expr, other: Expr, on_path: set[str], alive: Mapping[str, bool], most: int) -> Join:
    """Return what joins at a step; of a long side the last steps alone, and of a product what is weighed."""
    side: list[Expr] = []
    node = other
    while node.key not in on_path and node.inputs and len(side) < most:
        side.append(node)
        node = next((source for source in node.inputs if alive[source.key]), node.inputs[0])
    side.reverse()
    scale = step["scale"] if step.op == "add" else 1.0  # of the second operand
    coefficient, main = (scale, 1.0) if step.inputs[1].key == other.key else (1.0, scale)
    for part in side:
        coefficient *= part["factor"] if part.op == "scale" else 1.0
    return Join(step, node if node.key in on_path else None, tuple(side), coefficient, main)
