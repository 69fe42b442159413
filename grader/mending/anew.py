"""The functions of a submission as new: with nothing that they kept from calls before."""

from __future__ import annotations

import ast

from grader.assignment import MAP
from grader.mending.carrying import carrying
from grader.mending.edits import read_otherwise, told
from grader.mending.floats import as_it_stands
from grader.mending.trouble import tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

Kept = tuple[str, Place | None]  # in words, where it stands
FILLED = ast.List | ast.Dict | ast.Set | ast.Call  # what a default may be that calls fill
HELD = ast.List | ast.Dict | ast.Set | ast.Constant  # values that a notebook begins to fill


def anew(slice: Slice) -> tuple[Module, ...]:
    """Return the functions of a slice, unchanged, and the values that are written out beside them."""
    functions = {module.name: module.chunks for module in as_it_stands(slice)}
    modules = (Module(each.name, (*_begun(each), *functions.get(each.name, ()))) for each in slice.modules)
    return tuple(module for module in modules if module.chunks)


def _begun(module: Module) -> tuple[Chunk, ...]:
    return tuple(read_otherwise(chunk, chunk.source) for chunk in module.chunks if _names(chunk))


def _names(chunk: Chunk) -> set[str]:
    """The names that a statement gives a value which is written out."""
    match tree(chunk).body:
        case [ast.Assign(targets=targets, value=value)] if isinstance(value, HELD):
            return {target.id for target in targets if isinstance(target, ast.Name)}
    return set()


def kept(slice: Slice) -> Kept:
    """Return what calls of returnCAM may fill: a default that is made once, else a name of the notebook."""
    parts = list(carrying(slice, MAP))
    for chunk, function in parts:
        given = [*function.args.posonlyargs, *function.args.args]
        pairs = [
            *zip(reversed(given), reversed(function.args.defaults), strict=False),
            *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if isinstance(default, FILLED):
                words = f"`{argument.arg}={told(default)}`"
                return words, Place(chunk.label, chunk.line + argument.lineno - 1)
    held = {name for module in slice.modules for chunk in module.chunks for name in _names(chunk)}
    for chunk, function in parts:
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in held:
                return f"`{node.id}`", Place(chunk.label, chunk.line + node.lineno - 1)
    return "something", None
