"""A value with too much around it, by which it is no map any more: a list, `print()`, a method's call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, function_at, told, with_node, with_source
from grader.mending.trouble import Trouble, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

KINDS = ("TypeError", "AttributeError")


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """What a line reads, made of the inner part of what made it last."""
    if trouble.kind not in KINDS:
        return
    for statement in _making(trouble, chunk):
        value = statement.value
        for part in _inside(value):
            source = with_node(chunk.source, value, ast.unparse(part))
            words = f"`{told(value)}` read as `{told(part)}`"
            place = Place(chunk.label, chunk.line + statement.lineno - 1)
            yield Mend(with_source(slice, chunk, source), words, whole=True, made=place)


def _making(trouble: Trouble, chunk: Chunk) -> Iterator[ast.Assign]:
    """The statements of a function that made last what a line of it reads."""
    line = line_in(trouble, chunk)
    function = function_at(tree(chunk), line)
    names = dict.fromkeys(node.id for node in on_line(trouble, chunk) if isinstance(node, ast.Name))
    nodes = ast.walk(function) if function else ()
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    for name in names:
        made = [node for node in assigned if node.lineno < line and _binds(node, name)]
        yield from sorted(made, key=lambda node: node.lineno)[-1:]


def _binds(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _inside(value: ast.expr) -> Iterator[ast.expr]:
    """What a list, a set or a tuple of one, a function or a method is given."""
    match value:
        case ast.List([part]) | ast.Set([part]) | ast.Tuple([part]):
            yield part
        case ast.Call(ast.Attribute(owner), given):
            yield from (*given[:1], owner)
        case ast.Call(_, [part, *_]):
            yield part
