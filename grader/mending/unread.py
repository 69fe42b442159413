"""What a function reads of the notebook, read as the argument that it is given and may have meant."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from grader.mending.carrying import Part, carrying
from grader.mending.edits import read_otherwise, with_text
from grader.mending.leaving import names_in
from grader.mending.trouble import LARGEST
from grader.records.reason import Place
from grader.records.submission import Module, Slice

SIZES = ("shape", "size", "ndim", "dtype", "device")
LIBRARIES = ("np", "numpy", "torch", "nn", "F", "cv2", "plt", "skimage", "scipy", "json", "os")


class Read(NamedTuple):
    """A name of the notebook, the argument that is read in its place, where it stands, what is changed."""

    name: str
    argument: str
    place: Place
    modules: tuple[Module, ...]


def as_given(slice: Slice, name: str, written: str = "{}") -> Iterator[Read]:
    """Yield a graded function that reads its first argument where it reads a name of the notebook.

    Names that are like the argument's come first; `written` says how the argument stands there.
    """
    for part in [part for part in carrying(slice, name) if part.function.name == name][:1]:
        given = [each.arg for each in (*part.function.args.posonlyargs, *part.function.args.args)][:1]
        for argument in given if len(part.chunk.source) <= LARGEST else ():
            yield from _each(slice, part, argument, written.format(argument))


def leaves_unread(slice: Slice, name: str) -> bool:
    """Return whether a graded function reads nothing of its first argument but its size."""
    parts = [part.function for part in carrying(slice, name) if part.function.name == name]
    return bool(parts) and parts[0].args.args[:1] != [] and parts[0].args.args[0].arg in _unread(parts[0])


def _each(slice: Slice, part: Part, argument: str, text: str) -> Iterator[Read]:
    chunk, function = part
    nodes = _of_the_notebook(function)
    names = dict.fromkeys(node.id for node in nodes)
    for name in sorted(names, key=lambda name: -SequenceMatcher(None, name, argument).ratio()):
        read = [node for node in nodes if node.id == name]
        wrong = [(node.lineno - 1, node.col_offset, node.end_col_offset or 0) for node in read]
        changed = read_otherwise(chunk, with_text(chunk.source, wrong, text))
        module = next(each.name for each in slice.modules if chunk in each.chunks)
        place = Place(chunk.label, chunk.line + min(node.lineno for node in read) - 1)
        yield Read(name, argument, place, (Module(module, (changed,)),))


def _unread(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The arguments of which a function reads nothing but their size."""
    sized = [node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr in SIZES]
    of_size = {id(node.value) for node in sized}
    read = {node.id for node in _reads(function) if id(node) not in of_size}
    return [each.arg for each in function.args.args if each.arg not in read]


def _of_the_notebook(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.Name]:
    """The names that a function reads and does not bind, but for libraries and what it calls."""
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    other = {*names_in(function), *LIBRARIES, *dir(builtins)}
    return [node for node in _reads(function) if node.id not in other and id(node) not in called]


def _reads(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.Name]:
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    return [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
