"""The function of a map with one operation left out, as a slice of its own: for what is judged without it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from grader.mending.alternatives import Changes, shorter
from grader.mending.edits import read_otherwise, told, with_node, with_source
from grader.mending.floats import written
from grader.mending.trouble import bound
from grader.records.reason import Place
from grader.records.submission import Module, Slice


class Without(NamedTuple):
    """A slice without an operation: this in words, its place, and what is run instead of what was loaded."""

    slice: Slice
    words: str
    place: Place
    instead: tuple[Module, ...]


def without_one(slice: Slice, name: str) -> Iterator[Without]:
    """Yield the slice without each operation of a function; of one too long or too deep nothing.

    There may be thousands: each is written when it is asked for.
    """
    for module in slice.modules:
        for chunk in (each for each in module.chunks if name in bound(each) and written(each)):
            for words, line, source in chain(_unpacked(chunk.source, name), shorter(chunk.source, name)):
                place = Place(chunk.label, chunk.line + line - 1)
                instead = Module(module.name, (read_otherwise(chunk, source),))
                yield Without(with_source(slice, chunk, source), words, place, (instead,))


def _unpacked(source: str, name: str) -> Changes:
    """Yield the source with what a call is given in the place of one thing that it returns: `f(x, 3)[1]`."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for node in (node for each in functions if each.name == name for node in ast.walk(each)):
        match node:
            case ast.Subscript(value=ast.Call(args=[first, *_])):
                yield told(node), node.lineno, with_node(source, node, f"({ast.unparse(first)})")
            case ast.Assign(
                targets=[ast.Tuple(elts=[_, ast.Name()])], value=ast.Call(args=[first, *_]) as call
            ):
                yield told(call), call.lineno, with_node(source, call, f"(None, {ast.unparse(first)})")
