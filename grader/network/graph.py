"""A forward pass as an expression: what a value is, written as an operation on other values.

Equal expressions have equal keys, so that what two networks share is computed once (network/evaluate.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.records.reason import Place

Pair = tuple[int, int]
Attrs = tuple[tuple[str, Any], ...]
COMPUTED = "weight_shape"  # the attribute of a layer that tells the shape of a weight which is no leaf


@dataclass(frozen=True, eq=False)
class Expr:
    """An operation on other expressions; `place` is the student's line that called it."""

    op: str
    inputs: tuple[Expr, ...] = field(default=(), repr=False)  # shared: written out they would be endless
    attrs: Attrs = ()
    place: Place | None = field(default=None)
    key: str = field(init=False, repr=False)  # made at once: on demand it would recurse through long chains

    def __post_init__(self) -> None:
        text = repr((self.op, self.attrs, tuple(source.key for source in self.inputs)))
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        object.__setattr__(self, "key", digest)

    def __getitem__(self, name: str) -> Any:
        return dict(self.attrs)[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def expr(op: str, *inputs: Expr, place: Place | None = None, **attrs: Any) -> Expr:
    """Make an expression; attributes are kept in order of their names."""
    return Expr(op, inputs, tuple(sorted(attrs.items())), place)


INPUT = expr("input")


def leaf(name: str, shape: tuple[int, ...], kind: str = "parameter") -> Expr:
    """Make a parameter, buffer or constant of the student's model."""
    return expr("leaf", name=name, shape=shape, kind=kind)


def conv(
    x: Expr,
    weight: Expr,
    bias: Expr | None,
    *,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    transposed: bool = False,
    output_padding: Pair = (0, 0),
    place: Place | None = None,
) -> Expr:
    """Make a convolution, or a transposed one."""
    inputs = (x, weight) if bias is None else (x, weight, bias)
    return expr(
        "deconv" if transposed else "conv",
        *inputs,
        place=place,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        output_padding=output_padding,
    )


def relu(x: Expr, place: Place | None = None) -> Expr:
    """Make a ReLU."""
    return expr("relu", x, place=place)


def max_pool(
    x: Expr,
    kernel: Pair = (2, 2),
    stride: Pair = (2, 2),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    ceil: bool = False,
    place: Place | None = None,
) -> Expr:
    """Make a max pooling."""
    return expr(
        "max_pool",
        x,
        place=place,
        kernel=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        ceil=ceil,
    )


def crop(x: Expr, top: int, left: int, height: int, width: int, place: Place | None = None) -> Expr:
    """Cut rows top : top + height and columns left : left + width.

    Short where x ends, zero where an offset is negative.
    """
    return expr("crop", x, place=place, top=top, left=left, height=height, width=width)


def add(a: Expr, b: Expr, scale: float = 1.0, place: Place | None = None) -> Expr:
    """Make a + scale * b."""
    return expr("add", a, b, place=place, scale=float(scale))


def weight_shape(layer: Expr) -> tuple[int, ...]:
    """Return the shape of a convolution's weight; () where nothing tells it."""
    known: tuple[int, ...] = dict(layer.attrs).get(COMPUTED) or dict(layer.inputs[1].attrs).get("shape", ())
    return known


def walk(root: Expr, known: Container[str] = ()) -> Iterator[Expr]:
    """Yield every expression below a root once, inputs first; none with one of the known keys or below it."""
    seen: set[int] = set()
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif id(node) not in seen and node.key not in known:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((source, False) for source in reversed(node.inputs))


def replace_leaves(root: Expr, names: Mapping[str, str]) -> Expr:
    """Rename leaves (parameter name -> role's key), keeping everything else."""
    new: dict[int, Expr] = {}
    for node in walk(root):
        inputs = tuple(new[id(source)] for source in node.inputs)
        attrs = node.attrs
        if node.op == "leaf" and node["name"] in names:
            attrs = tuple(sorted({**dict(attrs), "name": names[node["name"]]}.items()))
        new[id(node)] = Expr(node.op, inputs, attrs, node.place)
    return new[id(root)]
