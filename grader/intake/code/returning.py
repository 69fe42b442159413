"""A return in the loop that adds channels up: it ends with the first of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.carrying import carrying
from grader.records.reason import Place
from grader.records.submission import Slice


def returning_early(slice: Slice, name: str) -> Place | None:
    """Return the line that leaves a loop in its first round, beside what that adds up."""
    for chunk, function in carrying(slice, name):
        for node in _returns(function):
            return Place(chunk.label, chunk.line + node.lineno - 1)
    return None


def _returns(function: ast.AST) -> Iterator[ast.Return]:
    for loop in (node for node in ast.walk(function) if isinstance(node, ast.For)):
        if any(isinstance(each, ast.AugAssign) or _adds_to_itself(each) for each in loop.body):
            yield from (each for each in loop.body if isinstance(each, ast.Return))


def _adds_to_itself(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Add()) as value):
            return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(value))
    return False
