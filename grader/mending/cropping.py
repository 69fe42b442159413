"""Crops that can't be: of channels and rows, read as of rows and columns; beyond the end, as what is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from grader.diagnosis.payers import LineName
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.trouble import Trouble, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

# The axes of a map, counted from either end.
AXES = {text: axis for axis in range(4) for text in (str(axis), str(axis - 4))}
# What is said of a cut that can't be.
BEYOND = ("exceeds dimension size", "start out of range", "split_with_sizes expects")
UNEVEN = "to sum exactly"
GOES_ON = "which goes on beyond the end, read as what is there"
SPLIT = ("input", "sizes", "dim")
CUTS = {"narrow": ("input", "dim", "start", "length"), "split": SPLIT, "split_with_sizes": SPLIT}
KEYWORDS = {
    "tensor": "input",
    **dict.fromkeys(("split_size", "split_sizes", "split_size_or_sections"), "sizes"),
}
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
    """What is cut beyond the end of a map, as what is there: a slice of it stops there, as pieces do."""
    nodes = [node for node in on_line(trouble, chunk) if isinstance(node, ast.Call) and _stopping(node)]
    for node in nodes[:1]:  # the outermost
        text = ast.unparse(Stopping().visit(ast.parse(ast.unparse(node), mode="eval")))
        source = with_node(chunk.source, node, text)
        told = "read as pieces that stop at the end" if UNEVEN in trouble.message else GOES_ON
        words = f"`{ast.unparse(node)}`, {told}"
        yield Mend(with_source(slice, chunk, source), words, shown=shown)


class Stopping(ast.NodeTransformer):
    """Writes `x.narrow(2, start, length)` as a slice, and `x.split(sizes, 2)` as pieces that fit."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return what stops at the end, and any other call as it is."""
        self.generic_visit(node)
        return _stopping(node) or node


def _stopping(node: ast.Call) -> ast.expr | None:
    """What a call cuts out of a value, written so that it stops at the end; None for other calls."""
    match node.func:
        case ast.Attribute(value=value, attr=name) if name in CUTS:
            values = node.args if ast.unparse(value) == "torch" else [value, *node.args]
            given = dict(zip(CUTS[name], values, strict=False))
            given |= {KEYWORDS.get(each.arg or "", each.arg or ""): each.value for each in node.keywords}
            return _sliced(given) if name == "narrow" else _pieces(given)
    return None


def _sliced(given: Mapping[str, ast.expr]) -> ast.expr | None:
    """A narrowed value as a slice."""
    match given:
        case {"input": value, "dim": axis, "start": start, "length": length} if ast.unparse(axis) in AXES:
            axes: list[ast.expr] = [ast.Slice()] * AXES[ast.unparse(axis)]
            axes.append(ast.Slice(start, ast.BinOp(start, ast.Add(), length)))
            return ast.Subscript(value, ast.Tuple(axes, ast.Load()), ast.Load())
    return None


def _pieces(given: Mapping[str, ast.expr]) -> ast.expr | None:
    """A value that is split by sizes as one that is split at the sums of them, without what is left."""
    match given:
        case {"input": value, "sizes": sizes, **rest} if isinstance(sizes, ast.List | ast.Tuple | ast.Name):
            ends = f"(*__import__('itertools').accumulate({ast.unparse(sizes)}),)"
            axis = ast.unparse(rest.get("dim", ast.Constant(0)))
            made = ast.parse(f"_.tensor_split({ends}, {axis})[:-1]", mode="eval").body
            assert isinstance(made, ast.Subscript), "it was written so"
            assert isinstance(made.value, ast.Call), "it was written so"
            made.value.func = ast.Attribute(value, "tensor_split", ast.Load())
            return made
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
