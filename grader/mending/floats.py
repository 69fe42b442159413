"""The functions of a map as they would compute without bytes: what they did before levels were cut off.

A map that becomes bytes too early, or while all of it lies below 1, shows nothing of what it is made of.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress

from grader.mending.alternatives import NO_BYTES, Ways, latest, others, shorter
from grader.mending.edits import read_otherwise
from grader.mending.trouble import bound, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

WHOLE = ("uint8", "ubyte", *NO_BYTES)
OPENCV = {"CV_8U": "CV_64F", "CV_8UC1": "CV_64FC1"}
METHODS = ("byte", "int", "long", "short")  # of a tensor
ROUNDING = ("floor", "round", "rint", "around", "trunc", "fix", "ceil")
LIBRARIES = ("np", "numpy", "torch")
LARGEST = 20_000  # characters of a function that is changed: each change of it is parsed again


def in_floats(slice: Slice) -> tuple[Module, ...]:
    """Return the functions of a slice that would compute otherwise without whole numbers, changed so."""
    changed = ((module, tuple(_changed(module))) for module in slice.modules)
    return tuple(Module(module.name, chunks) for module, chunks in changed if chunks)


def as_it_stands(slice: Slice) -> tuple[Module, ...]:
    """Return the functions that are changed here, unchanged."""
    return tuple(
        Module(module.name, tuple(read_otherwise(each, each.source) for each in chunks))
        for module in slice.modules
        if (chunks := [each for each in _defining(module) if written(each)])
    )


def _changed(module: Module) -> list[Chunk]:
    sources = ((chunk, _floating(written(chunk))) for chunk in _defining(module))
    return [read_otherwise(each, source) for each, source in sources if source]


def _defining(module: Module) -> list[Chunk]:
    return [chunk for chunk in module.chunks if "def " in chunk.source]


def written(chunk: Chunk) -> str:
    """A statement's source without comments; "" where it is too long or too deep to be changed."""
    with suppress(RecursionError):
        return ast.unparse(tree(chunk)) if len(chunk.source) <= LARGEST else ""
    return ""


def with_one_less(
    slice: Slice, name: str, floats: bool = True
) -> Iterator[tuple[str, Place, tuple[Module, ...]]]:
    """Yield a function in floats without one of its operations: that one, its place, what is changed."""
    yield from _each(slice, name, shorter, floats)


def with_latest_name(
    slice: Slice, name: str, floats: bool = False
) -> Iterator[tuple[str, Place, tuple[Module, ...]]]:
    """Yield a function with the name that was bound last in another's place: idem, whole numbers too."""
    yield from _each(slice, name, latest, floats)


def with_one_other(
    slice: Slice, name: str, floats: bool = True
) -> Iterator[tuple[str, Place, tuple[Module, ...]]]:
    """Yield a function in floats with another operation in one's place: the words, the place, the change."""
    yield from _each(slice, name, others, floats)


def _each(
    slice: Slice, name: str, ways: Ways, floats: bool = True
) -> Iterator[tuple[str, Place, tuple[Module, ...]]]:
    modules = {module.name: module for module in in_floats(slice)} if floats else {}
    for module in slice.modules:
        for chunk in (chunk for chunk in module.chunks if name in bound(chunk)):
            beside = [each for each in modules.values() if each.name != module.name]
            changed = modules[module.name].chunks if module.name in modules else ()
            for words, line, source in ways(chunk.source, name) if written(chunk) else ():
                less = read_otherwise(chunk, (floats and _floating(source)) or source)
                place = Place(chunk.label, chunk.line + line - 1)
                yield words, place, (*beside, Module(module.name, (*changed, less)))


def _floating(source: str) -> str:
    """Return the source in floats; "" where it has no whole numbers, or is none any more."""
    reading = _InFloats()
    try:
        after = reading.visit(ast.parse(source))
    except SyntaxError:
        return ""
    return ast.unparse(ast.fix_missing_locations(after)) if reading.found else ""


class _InFloats(ast.NodeTransformer):
    """Reads whole numbers as floats; an index, `int(idx)`, stays what it is."""

    def __init__(self) -> None:
        self.found = False

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        other = "float64" if node.attr in WHOLE and owner in LIBRARIES else OPENCV.get(node.attr, "")
        return self._took(ast.Attribute(node.value, other, node.ctx)) if other else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(attr="astype") as function, args=[kind, *_]) if _is_whole(kind):
                return self._took(ast.Call(function, [ast.Constant("float64")], []))
            case ast.Call(func=ast.Attribute(attr=name) as function, args=[]) if name in METHODS:
                return self._took(ast.Call(ast.Attribute(function.value, "double", ast.Load()), [], []))
            case ast.Call(func=ast.Attribute(attr=name), args=[value, *_]) if name in ROUNDING:
                return self._took(value)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        whole = node.arg == "dtype" and _is_whole(node.value)
        return self._took(ast.keyword("dtype", ast.Constant("float64"))) if whole else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        halves = isinstance(node.right, ast.Constant) and node.right.value == 2  # of a number of channels
        if isinstance(node.op, ast.FloorDiv) and not halves:
            return self._took(ast.BinOp(node.left, ast.Div(), node.right))
        return node

    def _took(self, node: ast.AST) -> ast.AST:
        self.found = True
        return node


def _is_whole(kind: ast.expr) -> bool:
    """Whether an expression names a type of whole numbers: "uint8", int."""
    name = kind.value if isinstance(kind, ast.Constant) else getattr(kind, "id", "")
    return name in WHOLE
