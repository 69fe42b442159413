"""Slips in one operation: brackets of the wrong kind, a layer that isn't called, widths that don't fit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import re2

from grader.mending.edits import Mend, function_at, with_node, with_source
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

N_CLASS = 12  # what a model is tried with, where no other number is said
WIDTHS = re2.compile(
    r"(transposed=1, )?weight of size \[(\d+), (\d+).* to have (\d+) channels, but got (\d+) channels"
)


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of one operation that may end a trouble."""
    message = trouble.message
    if "not subscriptable" in message or "not callable" in message:
        yield from _other_brackets(trouble, slice, chunk)
    if trouble.kind in ("TypeError", "AttributeError"):
        yield from _called(trouble, slice, chunk)
    if found := WIDTHS.search(message):
        yield from _fitting(slice, chunk, found[1] is not None, *map(int, found.groups()[1:]))
    if "multiple values for argument" in message:
        yield from _applied(trouble, slice, chunk)
    if "values to unpack" in message:
        yield from _unpacked(trouble, slice, chunk)


def _on_line(trouble: Trouble, chunk: Chunk) -> list[ast.AST]:
    line = line_in(trouble, chunk)
    return [node for node in ast.walk(tree(chunk)) if getattr(node, "lineno", 0) == line]


def _read(slice: Slice, chunk: Chunk, node: ast.expr, text: str, place: Place | None = None) -> Mend:
    source = with_node(chunk.source, node, text)
    return Mend(with_source(slice, chunk, source), f"`{ast.unparse(node)}` read as `{text}`", place)


def _other_brackets(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """`x.size[2]` read as `x.size(2)`, `x.shape(2)` as `x.shape[2]`."""
    for node in _on_line(trouble, chunk):
        match node:
            case ast.Subscript(value=ast.Attribute() as value, slice=index) if "subscr" in trouble.message:
                yield _read(slice, chunk, node, f"{ast.unparse(value)}({ast.unparse(index)})")
            case ast.Call(func=ast.Attribute() as value, args=[index]) if "callable" in trouble.message:
                yield _read(slice, chunk, node, f"{ast.unparse(value)}[{ast.unparse(index)}]")


def _called(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A layer's class that stands uncalled where a layer is made, or a layer where it is applied."""
    made = dict[str, str]()  # the class of each layer, by attribute
    for node in (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Assign)):
        place = Place(chunk.label, chunk.line + node.lineno - 1)
        match node:
            case ast.Assign(
                targets=[ast.Attribute(attr=name)], value=ast.Call(func=ast.Attribute(attr=kind))
            ):
                made[name] = kind
            case ast.Assign(targets=[ast.Attribute()], value=ast.Attribute(attr=kind) as value):
                if kind in trouble.message and kind[:1].isupper():
                    yield _read(slice, chunk, value, f"{ast.unparse(value)}()", place)
            case ast.Assign(targets=[ast.Name(id=given)], value=ast.Attribute(attr=name) as value):
                if made.get(name, "?") in trouble.message:
                    yield _read(slice, chunk, value, f"{ast.unparse(value)}({given})", place)


def _fitting(
    slice: Slice, chunk: Chunk, transposed: bool, first: int, second: int, wanted: int, given: int
) -> Iterator[Mend]:
    """A convolution that takes as many channels as it is given, where its widths stand in its call."""
    widths = (first, second) if transposed else (second, first)
    for node in (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Call) and len(node.args) > 1):
        inputs, outputs = node.args[:2]
        same = isinstance(inputs, ast.Constant) and inputs.value == widths[0] == wanted
        if same and not (isinstance(outputs, ast.Constant) and outputs.value != widths[1]):
            words = f"`{ast.unparse(node)}`, which is given {given} channels, read as one that takes {given}"
            width = _classes(chunk, node) if given == N_CLASS else str(given)
            both = transposed and ast.unparse(inputs) == ast.unparse(outputs)
            source = with_node(
                with_node(chunk.source, outputs, width) if both else chunk.source, inputs, width
            )
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            yield Mend(with_source(slice, chunk, source), words, place)


def _classes(chunk: Chunk, node: ast.Call) -> str:
    """What the constructor around a call names the number of classes."""
    function = function_at(tree(chunk), node.lineno)
    return function.args.args[1].arg if function and len(function.args.args) > 1 else str(N_CLASS)


def _applied(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """`nn.Layer(x, a=1)` read as `nn.Layer(a=1)(x)`."""
    for node in _on_line(trouble, chunk):
        match node:
            case ast.Call(func=ast.Attribute() as kind, args=[given]) if kind.attr[:1].isupper():
                made = ast.unparse(ast.Call(kind, [], node.keywords))
                yield _read(slice, chunk, node, f"{made}({ast.unparse(given)})")


def _unpacked(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Names for the last of too many values."""
    for node in _on_line(trouble, chunk):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names) as target]) if "too many" in trouble.message:
                few = ", ".join(map(ast.unparse, names))
                yield _read(slice, chunk, target, f"*_, {few}")
