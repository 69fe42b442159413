"""Two lines of a forward pass in each other's place: a layer that is applied too early or too late.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, function_at, is_simple, told, with_node, with_source
from grader.mending.trouble import LARGEST, Trouble, chunks_at, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

FURTHEST = 3  # lines between two that are exchanged


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The exchanges of the line that raises, or that called it, with one near to it."""
    for place in (trouble.place, *trouble.place.callers) if trouble.place else ():
        for _, chunk in chunks_at(slice, place):
            if len(chunk.source) <= LARGEST:
                yield from _exchanged(slice, chunk, place.line - chunk.line + 1)


def _exchanged(slice: Slice, chunk: Chunk, line: int) -> Iterator[Mend]:
    function = function_at(tree(chunk), line)
    blocks = [getattr(node, "body", None) for node in ast.walk(function)] if function else []
    for block in (each for each in blocks if isinstance(each, list)):
        for at, statement in enumerate(block):
            if is_simple(statement) and statement.lineno <= line <= (statement.end_lineno or 0):
                for other in sorted(_near(block, at), key=lambda other: abs(other.lineno - line)):
                    yield _in_each_others_place(slice, chunk, statement, other)


def _near(block: list[ast.stmt], at: int) -> Iterator[ast.stmt]:
    for other in block[max(at - FURTHEST, 0) : at + FURTHEST + 1]:
        if other is not block[at] and isinstance(other, ast.Assign | ast.AugAssign):
            yield other


def _in_each_others_place(slice: Slice, chunk: Chunk, one: ast.stmt, other: ast.stmt) -> Mend:
    upper, lower = sorted((one, other), key=lambda statement: statement.lineno)
    source = with_node(chunk.source, lower, ast.unparse(upper))
    source = with_node(source, upper, ast.unparse(lower))
    words = f"`{told(upper)}` and `{told(lower)}` read in each other's place"
    made = Place(chunk.label, chunk.line + upper.lineno - 1)
    return Mend(with_source(slice, chunk, source), words, made=made, whole=True)
