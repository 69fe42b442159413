"""Loops over the keys or the pairs of a table of layers, in which a layer is called: its values are meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, function_at, told, with_node, with_source
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.submission import Chunk, Slice

KEY, PAIR = "'str' object is not callable", "'tuple' object is not callable"
LAYERS = {  # what a container gives, and its layers alone
    "items": "values",
    "keys": "values",
    "named_children": "children",
    "named_modules": "modules",
}
Loop = ast.For | ast.comprehension


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The loop that gives what is called on the line, over layers."""
    if trouble.kind != "TypeError" or not trouble.message.startswith((KEY, PAIR)):
        return
    parsed, line = tree(chunk), line_in(trouble, chunk)
    function = function_at(parsed, line) or parsed
    called = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.lineno == line
    }
    loops = (each for each in ast.walk(function) if isinstance(each, Loop) and each.iter.lineno <= line)
    for loop in (each for each in loops if isinstance(each.target, ast.Name) and each.target.id in called):
        if text := _layers(loop.iter, PAIR in trouble.message):
            source = with_node(chunk.source, loop.iter, text)
            yield Mend(with_source(slice, chunk, source), f"`{told(loop.iter)}` read as `{text}`")


def _layers(gone_through: ast.expr, pairs: bool) -> str:
    """The layers of what a loop goes through, "" where it is no table."""
    match gone_through:
        case ast.Call(ast.Attribute(table, way), []) if way in LAYERS:
            return f"{ast.unparse(table)}.{LAYERS[way]}()"
        case ast.Call(ast.Name("enumerate"), [layers]):
            return ast.unparse(layers)
        case ast.Name() | ast.Attribute() if not pairs:
            return f"{ast.unparse(gone_through)}.values()"
    return ""
