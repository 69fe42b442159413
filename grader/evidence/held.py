"""Layers whose weight is not as a parameter holds it: normalised, say."""

from __future__ import annotations

from collections.abc import Mapping

from grader.evidence.challenge import close
from grader.network.evaluate import Evaluator
from grader.network.graph import Expr, replace_leaves
from grader.network.reading import Reading
from grader.network.replaying import NotReplayableError
from grader.network.roles import parameters

COMPARED = 1 << 20  # elements of a large weight


def computed(reading: Reading, evaluator: Evaluator, contents: Mapping[str, str]) -> frozenset[str]:
    """Return the roles of those layers; `contents` is what the challenge put into every value."""
    found = ((role, layer.weight, layer.expr.inputs[1]) for role, layer in reading.layers.items())
    made = [(role, name, weight) for role, name, weight in found if weight.op != "leaf"]
    return frozenset(role for role, name, weight in made if not _is_held(name, weight, evaluator, contents))


def _is_held(name: str, weight: Expr, evaluator: Evaluator, contents: Mapping[str, str]) -> bool:
    held = next((node for node in parameters(weight) if node["name"] == name), None)
    if held is None:
        return False
    try:
        value, own = (evaluator(replace_leaves(node, contents)) for node in (weight, held))
    except NotReplayableError:
        return False
    apart = max(1, own.numel() // COMPARED)  # a comparison takes as much memory again, several times
    return close(value.flatten()[::apart], own.flatten()[::apart])
