"""Slips in one operation: brackets of the wrong kind, a layer that isn't called."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending import fitting
from grader.mending.edits import Mend, number_in, with_node, with_source
from grader.mending.trouble import Trouble, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

ONE = (  # what indexing a number says
    *(f"'{kind}' object is not subscriptable" for kind in ("int", "float")),
    *("invalid index to scalar variable", "invalid index of a 0-dim tensor", "array is 0-dimensional"),
)
SMALLEST = {"MaxPool": 2, "AvgPool": 2}  # sizes that a kernel may have been meant to have


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of one operation that may end a trouble."""
    message = trouble.message
    if any(said in message for said in ONE):
        yield from _whole(trouble, slice, chunk)
    if "not subscriptable" in message or "not callable" in message:
        yield from _other_brackets(trouble, slice, chunk)
    if trouble.kind in ("TypeError", "AttributeError"):
        yield from _called(trouble, slice, chunk)
    if trouble.kind in ("ValueError", "IndexError"):
        yield from _rows(trouble, slice, chunk)
    yield from fitting.mends(trouble, slice, chunk)
    if "multiple values for argument" in message:
        yield from _applied(trouble, slice, chunk)
    if "values to unpack" in message:
        yield from _unpacked(trouble, slice, chunk)
    if "__init__() missing" in message:
        yield from _with_arguments(trouble, slice, chunk)


def _read(slice: Slice, chunk: Chunk, node: ast.expr, text: str, place: Place | None = None) -> Mend:
    source = with_node(chunk.source, node, text)
    return Mend(with_source(slice, chunk, source), f"`{ast.unparse(node)}` read as `{text}`", place)


def _other_brackets(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """`x.size[2]` read as `x.size(2)`, `x.shape(2)` as `x.shape[2]`, `x()` as `x`."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Subscript(value=ast.Attribute() as value, slice=index) if "subscr" in trouble.message:
                yield _read(slice, chunk, node, f"{ast.unparse(value)}({ast.unparse(index)})")
            case ast.Call(func=value, args=[index]) if "callable" in trouble.message:
                yield _read(slice, chunk, node, f"{ast.unparse(value)}[{ast.unparse(index)}]")
            case ast.Call(func=value, args=[]) if "callable" in trouble.message:
                yield _read(slice, chunk, node, ast.unparse(value))


def _whole(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A number of which the first is taken, as itself: `i[0]` read as `i` in a loop over `i`."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=index) if number_in(index) is not None:
                yield _read(slice, chunk, node, name)


def _rows(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A column read as the row: `weight_fc[:, idx]` as `weight_fc[idx]`."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Subscript(slice=ast.Tuple(elts=[ast.Slice(lower=None, upper=None), index])):
                if not isinstance(index, ast.Slice):
                    yield _read(slice, chunk, node, f"{ast.unparse(node.value)}[{ast.unparse(index)}]")


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


def _applied(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """`nn.Layer(x, a=1)` read as `nn.Layer(a=1)(x)`."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Call(func=ast.Attribute() as kind, args=[given]) if kind.attr[:1].isupper():
                made = ast.unparse(ast.Call(kind, [], node.keywords))
                yield _read(slice, chunk, node, f"{made}({ast.unparse(given)})")


def _with_arguments(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A layer made with the sizes that it lacks, as small as they can be, wherever it is bound."""
    line, made = line_in(trouble, chunk), trouble.message.split(".")[0]
    for node in (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Call)):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called == made and trouble.names and node.lineno <= line <= (node.end_lineno or 0):
            size = SMALLEST.get(made[:7], 1)
            given = [ast.keyword(name, ast.Constant(size)) for name in trouble.names]
            text = ast.unparse(ast.Call(node.func, node.args, [*node.keywords, *given]))
            yield _read(slice, chunk, node, text)


def _unpacked(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Names for the last of too many values."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names) as target]) if "too many" in trouble.message:
                few = ", ".join(map(ast.unparse, names))
                yield _read(slice, chunk, target, f"*_, {few}")
