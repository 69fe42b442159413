"""The same network with an eighth of its channels: to run it in every mode and at any size costs little.

One whose maps are huge has a smaller share of them.
"""

from __future__ import annotations

from dataclasses import replace

from grader.network.graph import Expr, walk
from reference.architecture import Architecture, Conv

SHARE, MANY = 8, 64  # the assignment's layers have 64 channels or more, and the scores fewer


def channels(count: int, share: int = SHARE) -> int:
    """Return how many of so many channels are left."""
    return count // share if count >= MANY and count % share == 0 else count


def shape(wide: tuple[int, ...], share: int = SHARE) -> tuple[int, ...]:
    """Return what is left of a tensor: its first two axes count channels."""
    return (*(channels(count, share) for count in wide[:2]), *wide[2:])


def architecture(wide: Architecture, share: int = SHARE) -> Architecture:
    """Return what the assignment would be with fewer channels."""
    return replace(
        wide,
        trunk=tuple(_layer(step, share) if isinstance(step, Conv) else step for step in wide.trunk),
        score=_layer(wide.score, share),
        skips=tuple(replace(skip, score=_layer(skip.score, share)) for skip in wide.skips),
    )


def _layer(wide: Conv, share: int) -> Conv:
    return replace(wide, inputs=channels(wide.inputs, share), outputs=channels(wide.outputs, share))


def leaves(root: Expr, share: int = SHARE) -> Expr:
    """Return an expression with all of its parameters and buffers narrowed."""
    new: dict[int, Expr] = {}
    for node in walk(root):
        attrs = node.attrs
        if node.op == "leaf" and node["kind"] != "constant":
            attrs = tuple(sorted({**dict(attrs), "shape": shape(node["shape"], share)}.items()))
        new[id(node)] = Expr(node.op, tuple(new[id(source)] for source in node.inputs), attrs, node.place)
    return new[id(root)]
