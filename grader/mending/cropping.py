"""Crops that can't be: of channels and rows, read as of rows and columns; beyond the end, as what is left."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.diagnosis.payers import LineName
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

# The axes of a map, counted from either end.
AXES = {text: axis for axis in range(4) for text in (str(axis), str(axis - 4))}
LINES: tuple[LineName, ...] = ("skip_crops",)  # nothing of the mended code shows the fault


def mends(slice: Slice, chunk: Chunk, sides: Iterable[tuple[ast.expr, Place | None]]) -> Iterator[Mend]:
    """The changes of what the sides of a sum are cropped to, each on its own line or where it was bound."""
    nodes = [node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Subscript)]
    for side, made in sides:
        lines = (side.lineno, made.line - chunk.line + 1 if made else 0)
        for node in (node for node in nodes if node.lineno in lines):
            if text := _of_rows_and_columns(node):
                words = f"`{ast.unparse(node)}`, which cuts channels, read as `{text}`"
                source = with_node(chunk.source, node, text)
                place = Place(chunk.label, chunk.line + node.lineno - 1)
                yield Mend(with_source(slice, chunk, source), words, made=place, lines=LINES)


def shorter(trouble: Trouble, slice: Slice, chunk: Chunk, shown: tuple[str, ...]) -> Iterator[Mend]:
    """What is narrowed beyond the end of a map, as a slice of it, which stops there."""
    nodes = [node for node in on_line(trouble, chunk) if isinstance(node, ast.Call) and _narrowed(node)]
    for node in nodes[:1]:  # the outermost
        text = ast.unparse(Slicing().visit(ast.parse(ast.unparse(node), mode="eval")))
        source = with_node(chunk.source, node, text)
        words = f"`{ast.unparse(node)}`, which goes on beyond the end, read as what is there"
        yield Mend(with_source(slice, chunk, source), words, shown=shown)


class Slicing(ast.NodeTransformer):
    """Writes `x.narrow(2, start, length)` as a slice."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return the slice of a narrowed value, and any other call as it is."""
        self.generic_visit(node)
        found = _narrowed(node)
        if found is None:
            return node
        value, axis, start, length = found
        end = ast.BinOp(start, ast.Add(), length)
        axes: list[ast.expr] = [*[ast.Slice()] * axis, ast.Slice(start, end)]
        return ast.Subscript(value, ast.Tuple(axes, ast.Load()), ast.Load())


def _narrowed(node: ast.Call) -> tuple[ast.expr, int, ast.expr, ast.expr] | None:
    """The value that a call narrows, its axis, start and length; None for other calls."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=value, attr="narrow"),
            args=[axis, start, length],
        ) if ast.unparse(axis) in AXES:
            return value, AXES[ast.unparse(axis)], start, length
    return None


def _of_rows_and_columns(node: ast.Subscript) -> str:
    """A crop of the second and third axis as one of the third and fourth; "" for any other."""
    match node.slice:
        case ast.Tuple(elts=[ast.Slice(lower=None, upper=None) as every, rows, columns, *rest]):
            cut = all(isinstance(each, ast.Slice) and each.upper for each in (rows, columns))
            whole = all(isinstance(each, ast.Slice) and not (each.lower or each.upper) for each in rest)
            axes = ast.Tuple([every, every, rows, columns], ast.Load())
            return ast.unparse(ast.Subscript(node.value, axes, ast.Load())) if cut and whole else ""
    return ""
