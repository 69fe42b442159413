"""Crops of a skip to another size than that of the map which it joins: another map's, a number, one off."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

import re2

from grader.diagnosis.payers import LineName
from grader.mending import joined
from grader.mending.edits import Mend, function_at, statement_at, with_node, with_source
from grader.mending.trouble import Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

ASKED = ("size", "shape")
SHAPE = re2.compile(r"\.shape\[(\d)\]")
LINES: tuple[LineName, ...] = ("skip_crops",)  # nothing of the mended code shows the fault


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """What a side of a sum is cropped to, read as the size of the other side, where the crop stands."""
    for main, cut, place in _cuts(trouble, chunk):
        for text in _ways(cut, main):
            words = f"`{ast.unparse(cut)}` read as `{text}`, which has the size of `{main}`"
            changed = with_source(slice, chunk, with_node(chunk.source, cut, text))
            yield Mend(changed, words, made=place, shown=joined.SKIPS, lines=LINES)


def _cuts(trouble: Trouble, chunk: Chunk) -> Iterator[tuple[str, ast.expr, Place]]:
    """Names of one side with what the other one is cut by, where it is bound or where it stands."""
    for main, side in joined.summed(trouble, chunk):
        made = joined.bound_last(chunk, ast.unparse(side), side.lineno)
        line = made.line - chunk.line + 1 if made else side.lineno
        cut = _bound(tree(chunk), line) if made else side
        if (
            cut
            and isinstance(main, ast.Name)
            and not joined.is_main(side)
            and _is_known(chunk, main.id, line)
        ):
            yield main.id, cut, made or Place(chunk.label, chunk.line + side.lineno - 1)


def _is_known(chunk: Chunk, name: str, line: int) -> bool:
    """Whether a name has a value above a line, within the same function."""
    function = function_at(tree(chunk), line)
    given = {each.arg for each in function.args.args} if function else set[str]()
    bound = joined.bound_last(chunk, name, line)
    inside = bound and (not function or bound.line - chunk.line + 1 > function.lineno)
    return name in given or bool(inside)


def _bound(parsed: ast.Module, line: int) -> ast.expr | None:
    """What a name is bound to on a line."""
    match statement_at(parsed, line):
        case ast.Assign(targets=[ast.Name()], value=value):
            return value
    return None


def _ways(cut: ast.expr, main: str) -> Iterator[str]:
    """A crop to a map's size: by its ends, by the map that is asked for its size or given to a helper."""
    written = ast.unparse(cut)
    for way in (Asking(main), Giving(main), Ending(main)):
        text = ast.unparse(way.visit(ast.parse(written, mode="eval").body))
        if text not in (written, SHAPE.sub(r".size(\1)", written)):
            yield text


class Sizing(ast.NodeTransformer):
    """Reads a crop as one to a map's size."""

    def __init__(self, main: str) -> None:
        self.main = main


class Ending(Sizing):
    """Lets slices of rows and columns, and what is narrowed, be as long as a map."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Return a slice of rows and columns from where it starts, with the map's size."""
        self.generic_visit(node)
        match node.slice:
            case ast.Tuple(
                elts=[_, _, rows, columns] | [ast.Constant(value=builtins.Ellipsis), rows, columns]
            ):
                self._stop(rows, "2")
                self._stop(columns, "3")
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return what is narrowed, with the map's size."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(attr="narrow"), args=[*_, axis, _, _]):
                node.args[-1] = self._size(ast.unparse(axis))
        return node

    def _stop(self, cut: ast.expr, axis: str) -> None:
        if isinstance(cut, ast.Slice) and cut.upper:
            cut.upper = self._size(axis, cut.lower)

    def _size(self, axis: str, start: ast.expr | None = None) -> ast.expr:
        before = f"{ast.unparse(start)} + " if start else ""
        return ast.parse(f"{before}{self.main}.size({axis})", mode="eval").body


class Asking(Sizing):
    """Asks a map for its size, wherever another one is asked."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Return the size of the map in the place of another one's."""
        self.generic_visit(node)
        if node.attr in ASKED and isinstance(node.value, ast.Name):
            node.value = ast.Name(self.main, ast.Load())
        return node


class Giving(Sizing):
    """Gives a helper a map behind what it crops, in the place of another one."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Return a call with the map for each other one but the first."""
        self.generic_visit(node)
        others = [
            ast.Name(self.main, ast.Load()) if isinstance(each, ast.Name) else each for each in node.args[1:]
        ]
        node.args = [*node.args[:1], *others]
        return node
