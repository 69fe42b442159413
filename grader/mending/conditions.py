"""A condition that asks the opposite, and a loop whose first width nobody gave.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from grader.mending.edits import Mend, function_at, with_node, with_source
from grader.mending.keys import as_written, is_ours
from grader.mending.trouble import LARGEST, Trouble, chunks_at, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

IMAGE = 3  # channels
UNBOUND = ("NameError", "UnboundLocalError")
MOST = 6  # conditions of a function: each costs a run of the submission
MAKES = "Conv2d"
LONGEST = 60  # characters of code that are told


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The conditions around what raised and around what called it, and the width that a loop begins with."""
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            function = function_at(tree(chunk), place.line - chunk.line + 1)
            if function and len(chunk.source) <= LARGEST:
                if trouble.kind in UNBOUND and trouble.names:
                    yield from _begun(slice, chunk, function, trouble.names[0])
                yield from islice(_negated(slice, chunk, function), MOST)


def where_made(slice: Slice) -> Iterator[Mend]:
    """The conditions of every function that makes convolutions, which raise only where they are applied."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks):
        if MAKES in chunk.source and len(chunk.source) <= LARGEST:
            functions = (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.FunctionDef))
            for function in functions:
                if any(
                    MAKES in ast.unparse(node.func)
                    for node in ast.walk(function)
                    if isinstance(node, ast.Call)
                ):
                    yield from islice(_negated(slice, chunk, function), MOST)


def _begun(slice: Slice, chunk: Chunk, function: ast.FunctionDef, name: str) -> Iterator[Mend]:
    """The channels of the image, as what the first layer takes that a loop makes."""
    for loop in (node for node in function.body if isinstance(node, ast.For)):
        calls = (node for node in ast.walk(loop) if isinstance(node, ast.Call))
        if any(isinstance(arg, ast.Name) and arg.id == name for call in calls for arg in call.args[:1]):
            text = f"({name} := {IMAGE}, {ast.unparse(loop.iter)})[1]"
            words = f"{name}, which has no value before the loop, read as {IMAGE}, the image's channels"
            place = Place(chunk.label, chunk.line + loop.lineno - 1)
            source = with_node(chunk.source, loop.iter, text)
            yield Mend(with_source(slice, chunk, source), words, made=place, whole=True)


def _negated(slice: Slice, chunk: Chunk, function: ast.FunctionDef) -> Iterator[Mend]:
    """Each condition as its opposite."""
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp) and not is_ours(node.test):
            text = f"not ({ast.unparse(node.test)})"
            told = as_written(ast.unparse(node.test))[:LONGEST]
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            source = with_node(chunk.source, node.test, text)
            words = f"`{told}` read as its opposite"
            yield Mend(with_source(slice, chunk, source), words, made=place, whole=True)
