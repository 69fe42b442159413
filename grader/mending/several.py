"""Several values where `get_cls_pred` needs one, such as the five best classes: read as the first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, function_at, statement_at, told, with_node, with_source
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.submission import Chunk, Slice

SEVERAL = (  # what is said of several values in the place of an index or a number
    "only integer tensors of a single element",
    "only integer scalar arrays",
    "indices must be integers or slices, not list",
    "cannot be converted to Scalar",
    "only one element tensors can be converted",
    "only length-1 arrays can be converted",
    "only 0-dimensional arrays can be converted",
    "can only convert an array of size 1",
    "unsupported format string passed to",
)
NUMBERS = ("int", "float", "round")
ONE = (
    "(lambda value: value.reshape(-1)[0] if getattr(value, 'shape', ())"
    " else value[0] if isinstance(value, (list, tuple)) and value else value)({})"
)
SHOWN = ("index.form",)  # what is returned is judged as it is, and tells of several


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The change of a statement that needs one value where there are several."""
    line = line_in(trouble, chunk)
    statement = statement_at(function_at(tree(chunk), line) or tree(chunk), line)
    if statement is not None and any(words in trouble.message for words in SEVERAL):
        words = f"`{told(statement)}` read with the first where there are several"
        text = ast.unparse(First().visit(ast.parse(ast.unparse(statement))))
        yield Mend(with_source(slice, chunk, with_node(chunk.source, statement, text)), words, shown=SHOWN)


class First(ast.NodeTransformer):
    """Reads the first of several values as what one is needed for: an index, a number, a piece of a text."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return a subscript whose index is one; numbers, ranges and several axes stay."""
        self.generic_visit(node)
        if not isinstance(node.slice, ast.Constant | ast.UnaryOp | ast.Slice | ast.Tuple):
            node.slice = _first(node.slice)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return a call that makes a number or a text of one value."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(attr="format"):
                node.args = [each if isinstance(each, ast.Starred) else _first(each) for each in node.args]
            case ast.Attribute(value=value, attr="item"):
                node.func.value = _first(value)
            case ast.Name(id=name) if name in NUMBERS and node.args:
                node.args[0] = _first(node.args[0])
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        """Return a piece of a text that shows one value."""
        self.generic_visit(node)
        node.value = _first(node.value)
        return node


def _first(node: ast.expr) -> ast.expr:
    return ast.parse(ONE.format(ast.unparse(node)), mode="eval").body
