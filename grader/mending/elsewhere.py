"""A name of another place of the notebook in a function of a map, for what the function is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignment import MAP
from grader.mending.edits import Mend, function_at, told, with_node, with_source
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.submission import Chunk, Slice


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The name, or what is taken from it, read as an argument: `blobs[0]` as features, the least first."""
    parsed, line = tree(chunk), line_in(trouble, chunk)
    function = function_at(parsed, line)
    if function is None or function.name != MAP or not trouble.names:
        return
    for node in _chain(function, trouble.names[0], line):
        for argument in function.args.args[:2]:
            source = with_node(chunk.source, node, argument.arg)
            words = f"{told(node)} read as {argument.arg}"
            yield Mend(with_source(slice, chunk, source), words, whole=True)


def _chain(function: ast.FunctionDef, name: str, line: int) -> Iterator[ast.expr]:
    """Yield a name that is read in a line, and what parts and methods are taken from it, one by one."""
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.expr)]
    names = (node for node in nodes if isinstance(node, ast.Name) and (node.id, node.lineno) == (name, line))
    around = {id(source): node for node in nodes if (source := _source(node)) is not None}
    node: ast.expr | None = next(names, None)
    while node is not None:
        if not isinstance(node, ast.Attribute):
            yield node
        node = around.get(id(node))


def _source(node: ast.expr) -> ast.expr | None:
    """What a part, an attribute or a method's result is taken from."""
    match node:
        case ast.Subscript(value=value) | ast.Attribute(value=value):
            return value
        case ast.Call(func=ast.Attribute() as method):
            return method
    return None
