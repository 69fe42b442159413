"""A narrowing that is given where it ends: what it takes last is a length."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, told, with_node, with_source
from grader.mending.given import outermost
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.submission import Chunk, Slice

BEYOND = "exceeds dimension size"  # what is said of an end that is taken for a length


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The change of the narrowings on the line that raises which are given an end."""
    line = line_in(trouble, chunk)
    nodes = (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Call) and node.lineno == line)
    for node in outermost(each for each in nodes if _length(each)) if BEYOND in trouble.message else ():
        meant = ast.unparse(Lengths().visit(ast.parse(ast.unparse(node), mode="eval").body))
        source = with_node(chunk.source, node, meant)
        words = f"`{told(node)}`, which takes a length and no end, read as `{meant}`"
        yield Mend(with_source(slice, chunk, source), words)


class Lengths(ast.NodeTransformer):
    """Writes ends that are given for lengths as lengths."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return a narrowing to a length, and any other call as it is."""
        self.generic_visit(node)
        if length := _length(node):
            node.args[-1] = length
        return node


def _length(node: ast.Call) -> ast.expr | None:
    """The length that a narrowing means by `start + length`; None for any other call."""
    match node:
        case ast.Call(ast.Attribute(attr="narrow"), [*_, start, ast.BinOp(left, ast.Add(), right)], []):
            other = {ast.unparse(left): right, ast.unparse(right): left}
            return other.get(ast.unparse(start))
    return None
