"""A softmax over the batch of one picture read as one over the classes."""

from __future__ import annotations

import ast

from grader.assignment import PREDICT
from grader.mending.edits import spans, with_text
from grader.mending.trouble import bound, tree
from grader.records.submission import Chunk, Module, Slice

SOFTMAX = ("softmax", "log_softmax", "Softmax", "LogSoftmax", "softmin", "sum", "logsumexp")
AXES = ("dim", "axis")


def over_classes(slice: Slice) -> tuple[Module, ...]:
    """Return the function that predicts with its softmax over the last axis, where it names the first one."""
    for module in slice.modules:
        for chunk in module.chunks:
            if PREDICT in bound(chunk) and (wrong := spans(tree(chunk), _first_axis)):
                source = with_text(chunk.source, wrong, "-1")
                other = Chunk(f"{chunk.label} (over the classes)", chunk.line, source)
                return (Module(module.name, (other,)),)
    return ()


def _first_axis(node: ast.AST) -> tuple[int, int, int] | None:
    """The piece of text that says 0 for the axis of a softmax, or of the sum in one."""
    if (
        not isinstance(node, ast.Call)
        or getattr(node.func, "attr", getattr(node.func, "id", "")) not in SOFTMAX
    ):
        return None
    given = [keyword.value for keyword in node.keywords if keyword.arg in AXES] or node.args[-1:]
    for value in given:
        if isinstance(value, ast.Constant) and value.value == 0 and value.end_col_offset:
            return value.lineno - 1, value.col_offset, value.end_col_offset
    return None
