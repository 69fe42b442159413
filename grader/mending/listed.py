"""A layer of a list or dictionary of layers, read as another one of the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending import own
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line, tree
from grader.records.submission import Chunk, Slice

MOST = 4  # others that one is read as: each costs a run of the submission
Key = str | int


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The layers applied on the line that raises, each as others that are kept beside it."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Call(
                func=ast.Subscript(ast.Attribute() as owner, ast.Constant(str() | int() as key)) as layer
            ):
                for other in _others(tree(chunk), owner.attr, key)[:MOST] if own.is_own(owner) else ():
                    text = f"{ast.unparse(owner)}[{other!r}]"
                    words = f"`{ast.unparse(layer)}` read as `{text}`"
                    source = with_node(chunk.source, layer, text)
                    yield Mend(with_source(slice, chunk, source), words, whole=True)


def _others(parsed: ast.AST, name: str, key: Key) -> list[Key]:
    """The keys beside a number, and those by which the code makes or takes a layer of an attribute."""
    found = list[Key]([key - 1, key + 1] if isinstance(key, int) else [])
    for node in ast.walk(parsed):
        match node:
            case ast.Subscript(ast.Attribute(attr=attr), ast.Constant(str() | int() as other)) if (
                attr == name
            ):
                found.append(other)
            case ast.Assign([ast.Attribute(attr=attr)], value) if attr == name:
                found += _made(value)
    return [other for other in dict.fromkeys(found) if other != key and not str(other).startswith("-")]


def _made(value: ast.expr) -> Iterator[str]:
    """The keys of dictionaries."""
    for node in ast.walk(value):
        match node:
            case ast.Dict(keys=keys):
                yield from (
                    key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
                )
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                yield from (each.arg for each in keywords if each.arg)
