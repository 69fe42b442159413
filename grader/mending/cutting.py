"""Crops whose end is computed otherwise than as a sum: a side does not fit what it is added to.

`s:s * h`, `s:s - h` and `s:h` are read as `s:s + h`, wherever a function crops.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.diagnosis.payers import LineName
from grader.mending import joined
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Slice

LINES: tuple[LineName, ...] = ("skip_crops",)  # nothing of the mended code shows the fault
MOST = 12  # ends that are tried: each costs a run of the submission


@dataclass(frozen=True, slots=True)
class End:
    """The end of a crop: how it is written, and how it is read."""

    written: ast.expr
    read: ast.BinOp


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The ends of crops read as their start and a size, one by one."""
    if joined.SIZES.search(trouble.message):
        chunks = [chunk for module in slice.modules for chunk in module.chunks if ":" in chunk.source]
        found = ((chunk, end) for chunk in chunks for end in ends(tree(chunk)))
        for (chunk, end), _ in zip(found, range(MOST), strict=False):
            text = ast.unparse(end.read)
            words = f"`{ast.unparse(end.written)}`, where a crop ends, read as `{text}`"
            place = Place(chunk.label, chunk.line + end.written.lineno - 1)
            source = with_node(chunk.source, end.written, text)
            yield Mend(with_source(slice, chunk, source), words, made=place, lines=LINES, whole=True)


def ends(parsed: ast.AST) -> Iterator[End]:
    """The ends of two crops side by side, rows and columns, that are no sum of their start and a size."""
    for node in (node for node in ast.walk(parsed) if isinstance(node, ast.Tuple)):
        cuts = [each for each in node.elts if isinstance(each, ast.Slice) and each.lower and each.upper]
        for cut in cuts if len(cuts) > 1 else ():
            if cut.lower and cut.upper and (read := _as_sum(cut.lower, cut.upper)):
                yield End(cut.upper, read)


def _as_sum(start: ast.expr, end: ast.expr) -> ast.BinOp | None:
    """An end as the sum of the start and a size; None where it is one, or there is no size."""
    match end:
        case ast.BinOp(left=left, op=ast.Mult() | ast.Sub() | ast.Div() | ast.FloorDiv(), right=right):
            sides = (left, right) if ast.unparse(left) == ast.unparse(start) else (right, left)
            return _sum(*sides) if ast.unparse(sides[0]) == ast.unparse(start) else None
        case ast.Call() | ast.Subscript() | ast.Name() | ast.Attribute():
            return _sum(start, end) if ast.unparse(end) != ast.unparse(start) else None
    return None


def _sum(start: ast.expr, size: ast.expr) -> ast.BinOp:
    return ast.BinOp(start, ast.Add(), size)
