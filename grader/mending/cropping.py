"""A crop along the axes of channels and rows is read as one of rows and columns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.diagnosis.payers import LineName
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

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


def _of_rows_and_columns(node: ast.Subscript) -> str:
    """A crop of the second and third axis as one of the third and fourth; "" for any other."""
    match node.slice:
        case ast.Tuple(elts=[ast.Slice(lower=None, upper=None) as every, rows, columns, *rest]):
            cut = all(isinstance(each, ast.Slice) and each.upper for each in (rows, columns))
            whole = all(isinstance(each, ast.Slice) and not (each.lower or each.upper) for each in rest)
            axes = ast.Tuple([every, every, rows, columns], ast.Load())
            return ast.unparse(ast.Subscript(node.value, axes, ast.Load())) if cut and whole else ""
    return ""
