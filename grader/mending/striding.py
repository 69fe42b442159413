"""A padding that is given where a convolution takes its stride: the fourth argument, read as it was meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, told, with_node, with_source
from grader.mending.trouble import LARGEST, Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

NOTHING_LEFT = ("Kernel size can't be greater", "Output size is too small")  # what is said of such maps
SIDE = 3  # of the kernels that the assignment pads


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The one change that reads all such arguments as paddings."""
    chunks = [chunk for module in slice.modules for chunk in module.chunks if len(chunk.source) <= LARGEST]
    if not any(words in trouble.message for words in NOTHING_LEFT):
        return
    found = [(chunk, call) for chunk in chunks if "Conv2d(" in chunk.source for call in _calls(chunk)]
    for chunk, call in sorted(found, key=lambda each: -each[1].lineno):
        slice = _padded(slice, chunk, call)
    for chunk, call in found[:1]:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        words = f"`{told(call)}`{more}, whose fourth argument is the stride, read as given a padding"
        yield Mend(slice, words, made=Place(chunk.label, chunk.line + call.lineno - 1))


def _calls(chunk: Chunk) -> list[ast.Call]:
    """The calls that make convolutions with four arguments by position, and say no more of their steps."""
    calls = (node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Call))
    return sorted(filter(_is_strided, calls), key=lambda call: (call.lineno, call.col_offset))


def _is_strided(call: ast.Call) -> bool:
    named = {each.arg for each in call.keywords}
    match call.func, call.args:
        case ast.Attribute(attr="Conv2d") | ast.Name("Conv2d"), [_, _, ast.Constant(side), _]:
            return side == SIDE and not named & {"stride", "padding", None}
    return False


def _padded(slice: Slice, chunk: Chunk, call: ast.Call) -> Slice:
    *args, padding = call.args
    meant = ast.Call(call.func, args, [ast.keyword("padding", padding), *call.keywords])
    here = next(
        each
        for module in slice.modules
        for each in module.chunks
        if (each.label, each.line) == (chunk.label, chunk.line)
    )
    return with_source(slice, here, with_node(here.source, call, ast.unparse(meant)))
