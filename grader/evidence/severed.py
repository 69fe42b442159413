"""Where a skip is cut from the graph: every layer has a gradient, one that lacks what would come through it.

A value that two layers take passes both of their gradients on; what one of them takes may be detached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, combinations

from torch import Tensor

from grader.network.graph import Expr, expr, walk
from grader.network.learning import Learner
from grader.network.replaying import NotReplayableError

MOST = 6  # ways through which a gradient may be cut: FCN-8s' pools have four
TOGETHER = 2  # of them at once; each try takes a backward pass on few channels
Way = tuple[str, str]  # the keys of a value and of what takes it
Gradients = Mapping[str, Tensor]


def severed(learner: Learner, root: Expr, are_found: Callable[[Gradients], bool]) -> tuple[str, ...]:
    """Return the layers through which no gradient goes back, where that explains the gradients; else ().

    `are_found` tells whether gradients are those that the real run had.
    """
    ways = _ways(root)[:MOST]
    tries = chain.from_iterable(combinations(ways, count) for count in range(1, TOGETHER + 1))
    with suppress(NotReplayableError):
        for cut in tries:
            if are_found(learner.anew().gradients(_without(root, cut))):
                return tuple(dict.fromkeys(_layer(root, taker) for _, taker in cut))
    return ()


def _ways(root: Expr) -> list[Way]:
    """The ways out of every value that several others are computed from, last ones first."""
    takers: dict[str, dict[str, None]] = {}
    for node in walk(root):
        for source in node.inputs[:1] if node.op == "like" else node.inputs:  # of the second only its size
            if source.inputs:
                takers.setdefault(source.key, {})[node.key] = None
    return [(key, taker) for key, those in reversed(takers.items()) if len(those) > 1 for taker in those]


def _without(root: Expr, cut: Sequence[Way]) -> Expr:
    """A forward pass in which some values are detached from the graph where they are taken."""
    new: dict[int, Expr] = {}
    for node in walk(root):
        inputs = tuple(
            expr("detach", new[id(source)]) if (source.key, node.key) in cut else new[id(source)]
            for source in node.inputs
        )
        new[id(node)] = Expr(node.op, inputs, node.attrs, node.place)
    return new[id(root)]


def _layer(root: Expr, taker: str) -> str:
    """The first layer that a value goes through, from what takes it on."""
    return next(_layers(root, taker), "the network")


def _layers(root: Expr, taker: str) -> Iterator[str]:
    after = {taker}
    for node in walk(root):
        if node.key in after or any(source.key in after for source in node.inputs):
            after.add(node.key)
            if node.op in ("conv", "deconv") and node.inputs[1].op == "leaf":
                yield str(node.inputs[1]["name"]).rpartition(".")[0]
