"""Crops that can't be: of channels and rows, read as of rows and columns; beyond the end, as what is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.diagnosis.payers import LineName
from grader.mending import counting
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.given import Making, outermost
from grader.mending.reaching import RAISED
from grader.mending.trouble import Trouble, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

# What is said of a cut that can't be.
BEYOND = (
    "exceeds dimension size",
    "start out of range",
    "split_with_sizes expects",
    "to be no larger than self",
    *RAISED,
)
UNEVEN = "to sum exactly"
GOES_ON = (
    "which goes on beyond the end, read as what is there",
    "of which one goes on beyond the end, read as what is there",
)
STOPS = "read as pieces that stop at the end"
PLAIN = ("2", "3")  # the axes of rows and columns
SPLIT = ("input", "sizes", "dim")
CUTS = {
    "narrow": ("input", "dim", "start", "length"),
    **dict.fromkeys(("index_select", "gather"), ("input", "dim", "index")),
    "take_along_dim": ("input", "index", "dim"),
    **dict.fromkeys(("split", "split_with_sizes"), SPLIT),
}
KEYWORDS = {
    "tensor": "input",
    "indices": "index",
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
    parsed, line = tree(chunk), line_in(trouble, chunk)
    nodes = (node for node in ast.walk(parsed) if isinstance(node, ast.expr) and node.lineno == line)
    stopping = Stopping()
    stopped = outermost(node for node in nodes if Stopping().stopped(node))
    cuts = {node: ast.unparse(stopping.visit(_copy(node))) for node in stopped}
    making = Making(slice, chunk, parsed)
    making.follow(chunk, parsed, line, stopping.numbers)
    if cuts and making.is_known:
        changed = [*((chunk, *each) for each in cuts.items()), *making.with_values()]
        words = f"{_told(cuts)}, {STOPS if UNEVEN in trouble.message else GOES_ON[len(cuts) > 1]}"
        yield Mend(_changed(slice, changed), words, shown=shown)


def _changed(slice: Slice, changed: Sequence[tuple[Chunk, ast.expr, str]]) -> Slice:
    """A slice in which pieces of its statements have another text, and the functions that these call."""
    for chunk in {id(chunk): chunk for chunk, _, _ in changed}.values():
        texts = {node: text for of, node, text in changed if of is chunk}
        source = chunk.source
        for node in sorted(outermost(texts), key=_position, reverse=True):
            source = with_node(source, node, texts[node])
        slice = with_source(counting.beside(slice, chunk), chunk, source)
    return slice


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _told(cuts: Iterable[ast.expr]) -> str:
    return ", ".join(f"`{ast.unparse(node)}`" for node in sorted(cuts, key=_position))


class Stopping(ast.NodeTransformer):
    """Writes what is narrowed, or taken by numbers, as a slice, what is split as pieces that fit."""

    def __init__(self) -> None:
        self.numbers: list[ast.expr] = []  # that something is taken by

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return what stops at the end, and any other call as it is."""
        self.generic_visit(node)
        return self.stopped(node) or node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return what stops at the end, and any other subscript as it is."""
        self.generic_visit(node)
        return self.stopped(node) or node

    def stopped(self, node: ast.expr) -> ast.expr | None:
        """What is cut out of a value, written so that it stops at the end; None for anything else."""
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=args, keywords=named) if (
                name in CUTS
            ):
                values = args if ast.unparse(value) == "torch" else [value, *args]
                given = dict(zip(CUTS[name], values, strict=False))
                given |= {KEYWORDS.get(each.arg or "", each.arg or ""): each.value for each in named}
                return _pieces(given) if CUTS[name] == SPLIT else self._sliced(given)
            case ast.Subscript(value=value, slice=index) if counting.is_computed(index) and not _is_shape(
                value
            ):
                return self._taken(value, index)
        return None

    def _sliced(self, given: Mapping[str, ast.expr]) -> ast.expr | None:
        """A value that is narrowed, or of which numbers are taken, as a slice."""
        match given:
            case {"input": value, "dim": axis, "start": start, "length": length}:
                ends = [start, ast.BinOp(start, ast.Add(), length)]
                if ast.unparse(axis) in PLAIN and _are_sizes(ends):
                    return _cut(value, int(ast.unparse(axis)), ends)
                return counting.as_slices(value, ast.Call(ast.Name("slice", ast.Load()), ends, []), axis)
            case {"input": value, "dim": axis, "index": numbers}:
                return self._taken(value, numbers, axis)
        return None

    def _taken(self, value: ast.expr, numbers: ast.expr, axis: ast.expr | None = None) -> ast.expr:
        self.numbers.append(numbers)
        return counting.as_slices(value, numbers, axis)


def _are_sizes(ends: Iterable[ast.expr]) -> bool:
    """Whether nothing is called to make them but sizes: they are numbers, as they stand."""
    calls = (node.func for end in ends for node in ast.walk(end) if isinstance(node, ast.Call))
    return all(isinstance(called, ast.Attribute) and called.attr == "size" for called in calls)


def _cut(value: ast.expr, axis: int, ends: Sequence[ast.expr]) -> ast.expr:
    """A value cut along an axis, as it is usually written."""
    axes: list[ast.expr] = [*(ast.Slice() for _ in range(axis)), ast.Slice(ends[0], ends[1])]
    return ast.Subscript(value, ast.Tuple(axes, ast.Load()), ast.Load())


def _is_shape(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr == "shape"


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
    """A crop of the first two axes, or the two after the first, as one of the last two; "" for any other."""
    match node.slice:
        case ast.Tuple(elts=[ast.Slice(upper=ast.expr()), ast.Slice(upper=ast.expr())] as both):
            axes = ast.Tuple([ast.Slice(), ast.Slice(), *both], ast.Load())
            return ast.unparse(ast.Subscript(node.value, axes, ast.Load()))
        case ast.Tuple(elts=[ast.Slice(lower=None, upper=None) as every, rows, columns, *rest]):
            cut = all(isinstance(each, ast.Slice) and each.upper for each in (rows, columns))
            whole = all(isinstance(each, ast.Slice) and not (each.lower or each.upper) for each in rest)
            axes = ast.Tuple([every, every, rows, columns], ast.Load())
            return ast.unparse(ast.Subscript(node.value, axes, ast.Load())) if cut and whole else ""
    return ""
