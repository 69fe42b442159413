"""Whole numbers that a byte can't hold, which NumPy 2 refuses and NumPy 1 stored modulo 256."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line
from grader.records.submission import Chunk, Slice

REFUSED = "out of bounds for uint8"
STRETCH = ("stretch.way",)  # what levels that don't lie between 0 and 255 show as
MAKING = ("array", "asarray", "uint8")  # functions of NumPy that refuse such a number


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Read what is stored in bytes modulo 256: `cam[r, c] = int(x)`, `np.uint8(int(x))`."""
    if trouble.kind != "OverflowError" or REFUSED not in trouble.message:
        return
    for value in (each for node in on_line(trouble, chunk) for each in _stored(node)):
        written = ast.unparse(value)
        source = with_node(chunk.source, value, f"(__import__('numpy').asarray({written}) % 256)")
        words = f"`{written}` read modulo 256, as NumPy stored it before 2.0"
        yield Mend(with_source(slice, chunk, source), words, shown=STRETCH)


def _stored(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a piece of code stores in bytes, if it may do so."""
    match node:
        case (
            ast.Assign(targets=[ast.Subscript()], value=value)
            | ast.AugAssign(target=ast.Subscript(), value=value)
        ):
            yield value
        case ast.Call(func=ast.Attribute(attr=name), args=[value, *_]) if name in MAKING:
            yield value
