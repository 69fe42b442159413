"""A ReLU of several operations: a maximum with zero, a product with a mask, a choice by the sign; a softsign.

What is read here is believed only if a replay of it gives the model's own output (evidence/model.py), so a
constant of unknown value may be taken for zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.network.graph import Expr, expr, relu

ZEROS = {"aten.zeros.default", "aten.zeros_like.default", "aten.new_zeros.default"}
FILLED = {
    "aten.full.default",
    "aten.full_like.default",
    "aten.new_full.default",
    "aten.scalar_tensor.default",
}
POSITIVE = {"aten.gt.Scalar", "aten.ge.Scalar"}
NEGATIVE = {"aten.lt.Scalar", "aten.le.Scalar"}


def rectified(made: Expr) -> Expr:
    """Return the ReLU or softsign that an operation completes, or the operation where it completes none."""
    if (signed := _softsign(made)) is not None:
        return expr("softsign", signed, place=made.place)
    cut = COMPLETING.get(made.op)
    x = cut(made) if cut else None
    return made if x is None else relu(x, made.place)


def _softsign(made: Expr) -> Expr | None:
    """x / (1 + |x|), which PyTorch has no operation for."""
    if made.op != "aten.div.Tensor" or len(made.inputs) != 2:
        return None
    x, below = made.inputs
    size = below.inputs[0] if below.op == "aten.add.Tensor" and below["args"][1:] == (1,) else below
    return x if size.op == "aten.abs.default" and size.inputs == (x,) and size is not below else None


def _is_zero(value: Expr) -> bool:
    if value.op == "leaf":
        return value["kind"] in ("constant", "buffer") and all(n == 1 for n in value["shape"])
    return value.op in ZEROS or (value.op in FILLED and value["args"][-1] == 0)


def _where(mask: Expr, signs: set[str]) -> Expr | None:
    """Return the value whose sign a mask tells, or none."""
    while mask.op == "aten._to_copy.default":
        mask = mask.inputs[0]
    return mask.inputs[0] if mask.op in signs and mask["args"][1] == 0 else None


def _both_ways(made: Expr) -> Iterator[tuple[Expr, Expr]]:
    if len(made.inputs) == 2:
        a, b = made.inputs
        yield from ((a, b), (b, a))


def _larger(made: Expr) -> Expr | None:
    """max(x, 0)."""
    return next((x for x, floor in _both_ways(made) if _is_zero(floor)), None)


def _masked(made: Expr) -> Expr | None:
    """x * (x > 0)."""
    return next((x for x, mask in _both_ways(made) if _where(mask, POSITIVE) == x), None)


def _chosen(made: Expr) -> Expr | None:
    """where(x > 0, x, 0), or where(x < 0, 0, x)."""
    condition, yes, no = made.inputs
    if _where(condition, POSITIVE) == yes and _is_zero(no):
        return yes
    return no if _where(condition, NEGATIVE) == no and _is_zero(yes) else None


def _filled(made: Expr) -> Expr | None:
    """x.masked_fill(x < 0, 0)."""
    x, mask = made.inputs
    return x if made["args"][2] == 0 and _where(mask, NEGATIVE) == x else None


def _put(made: Expr) -> Expr | None:
    """x[x < 0] = 0."""
    if len(made.inputs) != 3:
        return None
    x, mask, value = made.inputs
    return x if _where(mask, NEGATIVE) == x and _is_zero(value) else None


def _half(made: Expr) -> Expr | None:
    """(x + |x|) / 2."""
    total = made.inputs[0]
    if made["factor"] != 0.5 or total.op != "add" or total["scale"] != 1:
        return None
    return next(
        (x for x, size in _both_ways(total) if size.op == "aten.abs.default" and size.inputs == (x,)), None
    )


COMPLETING: dict[str, Callable[[Expr], Expr | None]] = {
    "aten.maximum.default": _larger,
    "aten.clamp_min.Tensor": _larger,
    "aten.clamp_min_.Tensor": _larger,
    "aten.mul.Tensor": _masked,
    "aten.mul_.Tensor": _masked,
    "aten.where.self": _chosen,
    "aten.masked_fill.Scalar": _filled,
    "aten.masked_fill_.Scalar": _filled,
    "aten.index_put.default": _put,
    "aten.index_put_.default": _put,
    "scale": _half,
}
