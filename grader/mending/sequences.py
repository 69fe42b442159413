"""What a sequence of layers does not take: a function, a class that is not called, a list, to be sliced."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mending.edits import Mend, told, with_node, with_source
from grader.mending.trouble import Trouble, on_line, tree
from grader.mending.unpacking import unpacked
from grader.records.submission import Chunk, Slice

NN = "__import__('torch').nn"
SEQUENCES = ("Sequential", "ModuleList")
NO_LAYER = "is not a Module subclass"
NO_LAYERS = "__init__() takes 1 positional argument but 2 were given"  # a class of its own, made of a slice


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes that make a sequence of what is not taken as one, the likeliest first."""
    yield from unpacked(trouble, slice, chunk)
    calls = [node for node in on_line(trouble, chunk) if _is_sequence(node)]
    for node in (node for call in calls if NO_LAYER in trouble.message for node in _members(call)):
        for text in _layers(ast.unparse(node)):
            words = f"`{ast.unparse(node)}` read as `{text.replace(NN, 'nn')}`"
            yield Mend(with_source(slice, chunk, with_node(chunk.source, node, text)), words)
    if NO_LAYERS in trouble.message:
        yield from _sliced(trouble, slice, chunk)


def _sliced(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Slices of a sequence whose class makes its layers itself: torch gives them to that class."""
    for node in filter(_is_slice, on_line(trouble, chunk)):
        source, value = chunk.source, ast.unparse(node.value)
        alike = [one for one in filter(_is_slice, ast.walk(tree(chunk))) if ast.unparse(one.value) == value]
        for one in sorted(alike, key=lambda one: (one.lineno, one.col_offset), reverse=True):
            source = with_node(source, one, _of_layers(one))
        words = f"`{told(node)}` read as `{_of_layers(node).replace(NN, 'nn')}`"
        yield Mend(with_source(slice, chunk, source), words)


def _is_slice(node: ast.AST) -> TypeGuard[ast.Subscript]:
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)


def _of_layers(node: ast.Subscript) -> str:
    return f"{NN}.Sequential(*list({ast.unparse(node.value)})[{ast.unparse(node.slice)}])"


def _is_sequence(node: ast.AST) -> TypeGuard[ast.Call]:
    name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return name in SEQUENCES


def _members(call: ast.Call) -> Iterator[ast.expr]:
    """What a sequence is made of and nobody calls, in a list or not."""
    for node in call.args:
        parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
        yield from (part for part in parts if not isinstance(part, ast.Call | ast.Starred))


def _layers(text: str) -> Iterator[str]:
    if text.rpartition(".")[2].lower() == "relu":
        yield f"{NN}.ReLU()"
    if text.rpartition(".")[2][:1].isupper():
        yield f"{text}()"
    yield f"{NN}.Identity()"
