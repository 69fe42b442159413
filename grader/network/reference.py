"""The reference as an expression: what the assignment's network computes, in the words of graph.py."""

from __future__ import annotations

from grader.network.graph import INPUT, Expr, add, conv, expr, leaf, max_pool, relu
from reference.architecture import Architecture, Conv, Pool


def layer(x: Expr, wanted: Conv, training: bool = False) -> Expr:
    """Make a layer of the assignment, its parameters named by role; what follows it in train mode too."""
    first, second = (wanted.inputs, wanted.outputs) if wanted.transposed else (wanted.outputs, wanted.inputs)
    shape = (first, second, wanted.kernel, wanted.kernel)
    made = conv(
        x,
        leaf(f"{wanted.role}.weight", shape),
        leaf(f"{wanted.role}.bias", (wanted.outputs,)) if wanted.bias else None,
        stride=(wanted.stride,) * 2,
        padding=(wanted.padding,) * 2,
        transposed=wanted.transposed,
    )
    made = relu(made) if wanted.relu else made
    return (
        expr("dropout", made, kind="dropout2d", rate=wanted.dropout) if wanted.dropout and training else made
    )


def reference_output(
    architecture: Architecture, size: tuple[int, int], ceil: dict[str, bool], training: bool = False
) -> Expr:
    """Return what the reference computes for an input of `size`, its pools rounding up where `ceil` says."""
    uncropped = reference_uncropped(architecture, ceil, training)
    return window(uncropped, architecture.crop, size)


def reference_uncropped(architecture: Architecture, ceil: dict[str, bool], training: bool = False) -> Expr:
    """Return the reference's last transposed convolution before the crop."""
    h, pools = _trunk(architecture, ceil, training)
    h = layer(h, architecture.score)
    for upscore in architecture.upscores:
        h = layer(h, upscore)
        for skip in architecture.skips:
            if skip.after == upscore.role:
                h = add(
                    h, expr("like", layer(pools[skip.pool], skip.score), h, top=skip.crop, left=skip.crop)
                )
    return h


def reference_trunk(architecture: Architecture, ceil: dict[str, bool]) -> Expr:
    """Return what the networks have in common: what the score is computed from."""
    return _trunk(architecture, ceil, training=False)[0]


def _trunk(architecture: Architecture, ceil: dict[str, bool], training: bool) -> tuple[Expr, dict[str, Expr]]:
    h, pools = INPUT, dict[str, Expr]()
    for step in architecture.trunk:
        h = (
            max_pool(h, ceil=ceil.get(step.role, True))
            if isinstance(step, Pool)
            else layer(h, step, training)
        )
        if isinstance(step, Pool):
            pools[step.role] = h
    return h, pools


def window(x: Expr, start: int, size: tuple[int, int]) -> Expr:
    """Cut a window as Python slices do: short where its source ends."""
    return expr("window", x, top=start, left=start, height=size[0], width=size[1])
