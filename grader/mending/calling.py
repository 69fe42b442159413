"""A name of its caller in a function, for the argument by which the caller gives that to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, function_at, with_source, with_text
from grader.mending.trouble import LARGEST, Trouble, line_in, tree
from grader.records.submission import Chunk, Slice


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The name read as that argument, wherever the function reads it."""
    function = function_at(tree(chunk), line_in(trouble, chunk))
    if function is None or not trouble.names:
        return
    name = trouble.names[0]
    spans = [
        (node.lineno - 1, node.col_offset, node.end_col_offset or 0)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    for argument in dict.fromkeys(_given_as(slice, function, name)):
        words = f"{name} read as {argument}"
        yield Mend(with_source(slice, chunk, with_text(chunk.source, spans, argument)), words)


def _given_as(slice: Slice, function: ast.FunctionDef, name: str) -> Iterator[str]:
    """The arguments of a function that are given what a name stands for in its caller."""
    own = [each.arg for each in function.args.args]
    for call in _calls(slice, function.name):
        by_method = isinstance(call.func, ast.Attribute) and own[:1] == ["self"]
        placed = zip(own[1:] if by_method else own, call.args, strict=False)
        named = ((each.arg, each.value) for each in call.keywords if each.arg in own)
        for argument, given in (*placed, *named):
            if argument and isinstance(given, ast.Name) and given.id == name:
                yield argument


def _calls(slice: Slice, name: str) -> Iterator[ast.Call]:
    """The calls of what has a name, be it a method."""
    chunks = (chunk for module in slice.modules for chunk in module.chunks)
    for chunk in (each for each in chunks if name in each.source and len(each.source) <= LARGEST):
        for node in ast.walk(tree(chunk)):
            if isinstance(node, ast.Call) and name == getattr(
                node.func, "attr", getattr(node.func, "id", "")
            ):
                yield node
