"""What is no layer in a sequence of layers: a function of one, a class that is not called, a number."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line
from grader.records.submission import Chunk, Slice

NN = "__import__('torch').nn"
SEQUENCES = ("Sequential", "ModuleList")
NO_LAYER = "is not a Module subclass"


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes that make a layer of what a sequence does not take, the likeliest first."""
    calls = [node for node in on_line(trouble, chunk) if _is_sequence(node)]
    for node in (node for call in calls if NO_LAYER in trouble.message for node in _members(call)):
        for text in _layers(ast.unparse(node)):
            words = f"`{ast.unparse(node)}` read as `{text.replace(NN, 'nn')}`"
            yield Mend(with_source(slice, chunk, with_node(chunk.source, node, text)), words)


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
