"""Crops that can't be: of channels and rows, read as of rows and columns; beyond the end, as what is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from grader.diagnosis.payers import LineName
from grader.mending.edits import Mend, function_at, with_node, with_source
from grader.mending.reaching import RAISED
from grader.mending.trouble import Trouble, line_in, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

Bound = Mapping[str, ast.expr]  # what names stand for

# The axes of a map, counted from either end.
AXES = {text: axis for axis in range(4) for text in (str(axis), str(axis - 4))}
# What is said of a cut that can't be.
BEYOND = ("exceeds dimension size", "start out of range", "split_with_sizes expects", RAISED)
UNEVEN = "to sum exactly"
GOES_ON = "which goes on beyond the end, read as what is there"
SPLIT = ("input", "sizes", "dim")
CUTS = {
    "narrow": ("input", "dim", "start", "length"),
    "index_select": ("input", "dim", "index"),
    **dict.fromkeys(("split", "split_with_sizes"), SPLIT),
}
SHAPED = ("view", "reshape", "unsqueeze", "flatten", "to", "long")  # what leaves numbers as they are
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
    line = line_in(trouble, chunk)
    bound = _bound(function_at(tree(chunk), line) or tree(chunk), line)
    nodes = [node for node in on_line(trouble, chunk) if isinstance(node, ast.expr)]
    for node in [node for node in nodes if _stopping(node, bound)][:1]:  # the outermost
        text = ast.unparse(Stopping(bound).visit(ast.parse(ast.unparse(node), mode="eval")))
        source = with_node(chunk.source, node, text)
        told = "read as pieces that stop at the end" if UNEVEN in trouble.message else GOES_ON
        words = f"`{ast.unparse(node)}`, {told}"
        yield Mend(with_source(slice, chunk, source), words, shown=shown)


def _bound(function: ast.AST, line: int) -> Bound:
    """What names stand for at a line, by what was bound to them last above it."""
    made = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno < line]
    made.sort(key=lambda node: node.lineno)
    return {node.targets[0].id: node.value for node in made if isinstance(node.targets[0], ast.Name)}


class Stopping(ast.NodeTransformer):
    """Writes what is narrowed, or taken by numbers, as a slice, what is split as pieces that fit."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return what stops at the end, and any other call as it is."""
        self.generic_visit(node)
        return _stopping(node, self.bound) or node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return what stops at the end, and any other subscript as it is."""
        self.generic_visit(node)
        return _stopping(node, self.bound) or node


def _stopping(node: ast.expr, bound: Bound) -> ast.expr | None:
    """What is cut out of a value, written so that it stops at the end; None for anything else."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args, keywords=named) if name in CUTS:
            values = args if ast.unparse(value) == "torch" else [value, *args]
            given = dict(zip(CUTS[name], values, strict=False))
            given |= {KEYWORDS.get(each.arg or "", each.arg or ""): each.value for each in named}
            return _pieces(given) if CUTS[name] == SPLIT else _sliced(given, bound)
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[ast.Slice(), ast.Slice(), *sides])):
            axes = [_counted(side, bound) or side for side in sides]
            taken = ast.Tuple([ast.Slice(), ast.Slice(), *axes], ast.Load())
            return ast.Subscript(value, taken, ast.Load()) if axes != sides else None
    return None


def _counted(numbers: ast.expr, bound: Bound) -> ast.Slice | None:
    """Numbers that are counted one by one, as a slice; None for any others."""
    match numbers:
        case ast.Name(id=name) if name in bound:
            return _counted(bound[name], {})
        case ast.Call(func=ast.Attribute(attr="arange"), args=[end]):
            return ast.Slice(ast.Constant(0), end)
        case ast.Call(func=ast.Attribute(attr="arange"), args=[start, end]):
            return ast.Slice(start, end)
        case ast.Subscript(value=inner):  # as a column beside a row
            return _counted(inner, bound)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in SHAPED:
            return _counted(inner, bound)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for one, other in ((left, right), (right, left)):
                if (found := _counted(one, bound)) and found.lower and found.upper:
                    ends = (ast.BinOp(end, ast.Add(), other) for end in (found.lower, found.upper))
                    return ast.Slice(*ends)
    return None


def _sliced(given: Mapping[str, ast.expr], bound: Bound) -> ast.expr | None:
    """A value that is narrowed, or of which numbers are taken, as a slice."""
    match given:
        case {"input": value, "dim": axis, "start": start, "length": length} if ast.unparse(axis) in AXES:
            axes: list[ast.expr] = [ast.Slice()] * AXES[ast.unparse(axis)]
            axes.append(ast.Slice(start, ast.BinOp(start, ast.Add(), length)))
            return ast.Subscript(value, ast.Tuple(axes, ast.Load()), ast.Load())
        case {"input": value, "dim": axis, "index": numbers} if ast.unparse(axis) in AXES:
            axes = [ast.Slice()] * AXES[ast.unparse(axis)]
            counted = _counted(numbers, bound)
            taken = ast.Tuple([*axes, *([counted] if counted else [])], ast.Load())
            return ast.Subscript(value, taken, ast.Load()) if counted else None
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
