"""A key that is not there is read as the one most like it, a place beyond the end as the last one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line
from grader.records.submission import Chunk, Slice

MOST = 3  # keys, the likest first: each costs a run of the submission
LIKE = (
    "(lambda d, k: d[k] if k in d else d[sorted(d, key=lambda o: -__import__('difflib')"
    ".SequenceMatcher(None, str(o), str(k)).ratio())[{rank}]])({owner}, {key})"
)
LAST = "(lambda d, k: d[k if k < len(d) else -1])({owner}, {key})"
BEYOND = "out of range"


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of a subscript that may end a KeyError or an IndexError."""
    parts = list(_looked_up(trouble, chunk))
    if trouble.kind == "KeyError":
        words = f"the key {trouble.message}, which is not there, read as the one most like it"
        for rank in range(MOST):
            for node in parts:
                yield _read(slice, chunk, node, LIKE.replace("{rank}", str(rank)), words)
    if trouble.kind == "IndexError" and BEYOND in trouble.message:
        for node in parts:
            words = f"`{ast.unparse(node)}`, which is beyond the end, read as the last one"
            yield _read(slice, chunk, node, LAST, words)


def _looked_up(trouble: Trouble, chunk: Chunk) -> Iterator[ast.Subscript]:
    """The subscripts on the line that take one value by its key."""
    for node in on_line(trouble, chunk):
        match node:
            case ast.Subscript(slice=ast.Slice() | ast.Tuple()):
                continue
            case ast.Subscript(ctx=ast.Load()):
                yield node


def _read(slice: Slice, chunk: Chunk, node: ast.Subscript, text: str, words: str) -> Mend:
    text = text.format(owner=ast.unparse(node.value), key=ast.unparse(node.slice))
    return Mend(with_source(slice, chunk, with_node(chunk.source, node, text)), words)
