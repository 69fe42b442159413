"""A softmax over an axis of length one, such as the batch of one picture, read as one over the classes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from grader.assignment import PREDICT
from grader.mending.edits import Span, read_otherwise, spans, with_text
from grader.mending.trouble import bound, tree
from grader.records.submission import Chunk, Module, Slice

SOFTMAX = ("softmax", "log_softmax", "Softmax", "LogSoftmax", "softmin")
PARTS = (*SOFTMAX, "sum", "logsumexp")  # of one that the function computes itself
AXES = ("dim", "axis")
OTHERS = ("0", "1", "-2", "-3")  # than the last one
LARGEST = 20_000  # characters of a statement that is changed


def over_classes(slice: Slice) -> tuple[Module, ...]:
    """Return the function that predicts with its softmax over the last axis, where it names another one.

    Where it names none, a softmax that is made elsewhere is changed.
    """
    within = list(_changed(slice, lambda chunk: PREDICT in bound(chunk), PARTS))
    return tuple(within or _changed(slice, lambda chunk: PREDICT not in bound(chunk), SOFTMAX))


def _changed(slice: Slice, wanted: Callable[[Chunk], bool], names: tuple[str, ...]) -> Iterator[Module]:
    for module in slice.modules:
        chunks = [chunk for chunk in module.chunks if _mentions(chunk, names) and wanted(chunk)]
        found = [(chunk, spans(tree(chunk), lambda node: _other_axis(node, names))) for chunk in chunks]
        changed = tuple(
            read_otherwise(chunk, with_text(chunk.source, wrong, "-1")) for chunk, wrong in found if wrong
        )
        if changed:
            yield Module(module.name, changed)


def _mentions(chunk: Chunk, names: tuple[str, ...]) -> bool:
    return len(chunk.source) <= LARGEST and any(name in chunk.source for name in names)


def _other_axis(node: ast.AST, names: tuple[str, ...]) -> Span | None:
    """The piece of text that says another axis than the last for a softmax, or for the sum in one."""
    if not isinstance(node, ast.Call):
        return None
    if getattr(node.func, "attr", getattr(node.func, "id", "")) not in names:
        return None
    given = [keyword.value for keyword in node.keywords if keyword.arg in AXES] or node.args[-1:]
    for value in given:
        if value.end_col_offset and value.lineno == value.end_lineno and ast.unparse(value) in OTHERS:
            return value.lineno - 1, value.col_offset, value.end_col_offset
    return None
