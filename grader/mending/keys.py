"""A key that is not there is read as the one most like it, a place beyond the end as the last one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line
from grader.records.submission import Chunk, Slice

MOST = 3  # keys, the likest first: each costs a run of the submission
OURS = "lambda d_, k_: "  # which nobody else writes
LIKE = (
    f"({OURS}d_[k_] if k_ in d_ else d_[sorted(d_, key=lambda o: -__import__('difflib')"
    ".SequenceMatcher(None, str(o), str(k_)).ratio())[{rank}]])({owner}, {key})"
)
LAST = f"({OURS}d_[k_ if k_ < len(d_) else -1])({{owner}}, {{key}})"
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


def is_ours(node: ast.AST) -> TypeGuard[ast.Lambda]:
    """Whether code is what a subscript is read as, and not the submission's."""
    return isinstance(node, ast.Lambda) and ast.unparse(node).startswith(OURS)


class AsWritten(ast.NodeTransformer):
    """Has each subscript stand where another is read for it."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return the subscript that a call of ours stands for, and any other call as it is."""
        self.generic_visit(node)
        match node.args:
            case [owner, key] if is_ours(node.func):
                return ast.Subscript(owner, key, ast.Load())
        return node


def as_written(code: str) -> str:
    """An expression as the submission has it, where subscripts in it are read otherwise."""
    return ast.unparse(AsWritten().visit(ast.parse(code))) if OURS in code else code


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
