"""What is not there is read as what is likest, by a key or a computed name, or as the last of a sequence."""

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
ALIKE = (  # of the same number: another layer is no slip of the name
    "[o for o in (*vars(d_), *vars(d_).get('_modules', ())) if [*filter(str.isdigit, o)] == "
    "[*filter(str.isdigit, k_)]]"
)
NAMED = (
    f"({OURS}getattr(d_, k_ if hasattr(d_, k_) else sorted({ALIKE}, key=lambda o: -__import__('difflib')"
    ".SequenceMatcher(None, o, k_).ratio())[{rank}]))({owner}, {key})"
)
LAST = f"({OURS}d_[k_ if k_ < len(d_) else -1])({{owner}}, {{key}})"
BEYOND, LACKS = "out of range", "has no attribute"


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of a subscript that may end a KeyError or an IndexError, of a getattr an AttributeError."""
    if trouble.kind == "AttributeError" and LACKS in trouble.message and len(trouble.names) > 1:
        yield from _named(trouble, slice, chunk)
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


def _named(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """An attribute whose name is computed, as the one most like it."""
    words = f"the attribute {trouble.names[1]!r}, which is not there, read as the one most like it"
    for rank in range(MOST):
        for node in on_line(trouble, chunk):
            match node:
                case ast.Call(ast.Name("getattr"), [owner, key]) if not isinstance(key, ast.Constant):
                    text = NAMED.replace("{rank}", str(rank))
                    text = text.format(owner=ast.unparse(owner), key=ast.unparse(key))
                    source = with_node(chunk.source, node, text)
                    yield Mend(with_source(slice, chunk, source), words, whole=True)


def is_ours(node: ast.AST) -> TypeGuard[ast.Lambda]:
    """Whether code is what a subscript is read as, and not the submission's."""
    return isinstance(node, ast.Lambda) and ast.unparse(node).startswith(OURS)


class AsWritten(ast.NodeTransformer):
    """Has each subscript stand where another is read for it."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return what a call of ours stands for, a subscript or a getattr; any other call as it is."""
        self.generic_visit(node)
        match node.args:
            case [owner, key] if is_ours(node.func):
                if isinstance(node.func.body, ast.Call):
                    return ast.Call(ast.Name("getattr", ast.Load()), [owner, key], [])
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
