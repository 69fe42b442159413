"""Sides of a sum, or of what is concatenated, that differ in size: one is cut off or filled up with zeros."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

import re2

from grader.mending.edits import Mend, with_node, with_source
from grader.mending.keys import as_written
from grader.mending.paying import ROOM
from grader.mending.trouble import Trouble, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

SIZES = re2.compile(
    r"size of tensor a \(\d+\) must match the size of tensor b \(\d+\) .* dimension [23]$"
    r"|Sizes of tensors must match except in dimension 1\.|stack expects each tensor to be equal size"
)
PAD = "__import__('torch').nn.functional.pad"
MOST_SIDES = 24  # of the sums on a line: the whole class is read for each
ADDS = ("add", "add_", "sub", "sub_", "mul", "mul_", "maximum", "minimum")
JOINS = ("cat", "concat", "concatenate", "stack")
SKIPS = ("skip.source", "skip.place", "skip.joined", "skip.changed")
SIDES = ("skip.source", "skip.place", "skip.changed", "skip_crop", ROOM, "skip.joined")  # likeliest first


def same_size(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A sum of which one side has the other's rows and columns: cut off, or filled up with zeros."""
    for main, side in summed(trouble, chunk):
        a, b = ast.unparse(main), ast.unparse(side)
        size = ", ".join(f"0, ({a}).shape[{axis}] - ({b}).shape[{axis}]" for axis in (3, 2))
        other = as_written(a)
        words = (
            f"`{as_written(b)}` read as one that has the size of `{other}`, cut off or filled up with zeros"
        )
        source = with_node(chunk.source, side, f"{PAD}({b}, ({size}))")
        made = bound_last(chunk, b, line_in(trouble, chunk))
        yield Mend(with_source(slice, chunk, source), words, made=made, shown=SIDES)


def every_side(trouble: Trouble, chunk: Chunk) -> Iterator[tuple[ast.expr, Place | None]]:
    """The sides of the sums on a line, each with where it got its value if it is a name."""
    for _, side in summed(trouble, chunk):
        yield side, bound_last(chunk, ast.unparse(side), side.lineno)


def summed(trouble: Trouble, chunk: Chunk) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The two sides of each sum on a line, of as many sums as are tried."""
    pairs = (pair for node in on_line(trouble, chunk) for pair in _sides(node))
    yield from islice(pairs, MOST_SIDES)


def _sides(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The two sides of a sum, the one that is fitted last: a skip, as far as names tell."""
    pairs = list[tuple[ast.expr, ast.expr]]()
    match node:
        case ast.BinOp(left=left, right=right):
            pairs = [(left, right), (right, left)]
        case ast.AugAssign(target=target, value=value):
            pairs = [(target, value)]
        case ast.Call(func=ast.Attribute(attr=name) as function, args=[argument]) if name in ADDS:
            pairs = [(function.value, argument)]
        case ast.Call(func=ast.Attribute(attr=name), args=[left, right]) if name in ADDS:
            pairs = [(left, right), (right, left)]
        case ast.Call(func=joins, args=[ast.List(elts=[left, right]) | ast.Tuple(elts=[left, right]), *_]):
            pairs = [(left, right), (right, left)] if ast.unparse(joins).split(".")[-1] in JOINS else []
    yield from sorted(pairs, key=lambda pair: is_main(pair[1]))


def bound_last(chunk: Chunk, name: str, line: int) -> Place | None:
    """Where a name got its value last above a line."""
    stores = (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Name) and node.id == name)
    above = [node.lineno for node in stores if isinstance(node.ctx, ast.Store) and node.lineno < line]
    return Place(chunk.label, chunk.line + max(above) - 1) if above else None


def is_main(node: ast.expr) -> bool:
    """Whether a side is called as the main path is."""
    text = ast.unparse(node).lower()
    return text in ("h", "x", "out", "y", "z") or text.startswith(("up", "self.up", "deconv"))
