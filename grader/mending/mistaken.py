"""What stands in the place of what looks like it: `==` for `=`, a layer for a map, `loads` for `load`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from grader.mending import libraries
from grader.mending.alike import alike
from grader.mending.edits import Mend, function_at, told, with_node, with_source
from grader.mending.trouble import Trouble, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

FORWARD = "forward"
WORDS = re.compile(r"\b[A-Z]\w+")


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes that put what is meant in the place of what looks like it."""
    yield from _compared(trouble, slice, chunk)
    if trouble.kind == "TypeError":
        if _names_a_layer(trouble.message):
            yield from _layers_for_maps(trouble, slice, chunk)
        yield from _functions_alike(trouble, slice, chunk)


def _compared(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A comparison that stands alone, of which nothing comes, read as an assignment."""
    function = function_at(tree(chunk), line := line_in(trouble, chunk))
    for node in ast.walk(function) if function else ():
        match node:
            case ast.Expr(ast.Compare(ast.Name() | ast.Attribute(), [ast.Eq()])) if node.lineno <= line:
                text = told(node).replace(" == ", " = ", 1)
                source = with_node(chunk.source, node, ast.unparse(node).replace(" == ", " = ", 1))
                place = Place(chunk.label, chunk.line + node.lineno - 1)
                yield Mend(with_source(slice, chunk, source), f"`{told(node)}` read as `{text}`", made=place)


def _layers_for_maps(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A layer that is given where a map is meant: the map made last, or what the layer makes of it."""
    function = function_at(tree(chunk), line_in(trouble, chunk))
    if function is None or function.name != FORWARD:
        return
    called = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    last = _made_last(function, line_in(trouble, chunk))
    for node in _given(on_line(trouble, chunk)):
        written = ast.unparse(node)
        meant = last if written in called else f"{written}({last})"
        source = with_node(chunk.source, node, meant)
        yield Mend(with_source(slice, chunk, source), f"`{written}`, a layer, read as `{meant}`")


def _names_a_layer(message: str) -> bool:
    """Whether a message tells of a layer: "must be Tensor, not Conv2d"."""
    return bool({*WORDS.findall(message)} & {*libraries.holds("torch.nn")} - {"Parameter"})


def _given(nodes: Iterable[ast.AST]) -> Iterator[ast.Attribute]:
    """The attributes of the network that are arguments of calls, or sides of sums."""
    for node in nodes:
        parts: list[ast.expr] = []
        match node:
            case ast.Call():
                parts = node.args
            case ast.BinOp():
                parts = [node.left, node.right]
        yield from (each for each in parts if isinstance(each, ast.Attribute) and _is_own(each))


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _made_last(function: ast.FunctionDef, line: int) -> str:
    """The name that was bound last above a line which does not read it, else the last argument."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load) and node.lineno == line}
    made = [node for node in names if isinstance(node.ctx, ast.Store) and node.lineno < line]
    free = [node for node in made if node.id not in read]
    return max(free, key=lambda node: node.lineno).id if free else function.args.args[-1].arg


def _functions_alike(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """A library's function that takes something else, read as one of nearly the same name."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Call(func=ast.Attribute(ast.Name(library), name) as function):
                for other in alike(name, libraries.holds(libraries.module_of(library))):
                    source = with_node(chunk.source, function, f"{library}.{other}")
                    words = f"{library}.{name} read as {library}.{other}"
                    yield Mend(with_source(slice, chunk, source), words, whole=True)
