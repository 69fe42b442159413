"""A function with one operation less, or with another one in its place."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, TypeGuard

from grader.mending.edits import with_node
from grader.mending.leaving import binds, expressions, given_to, names_in, operands, told

AXES = ("0", "1", "2", "(1, 2)")  # of features and of their sum
OPERATORS = (ast.Mult, ast.Div, ast.Add, ast.Sub)
FROM_BOTH = ast.Sub | ast.Div | ast.MatMult  # what is another value with its sides exchanged
NAMED = ("axis", "dim")
BLANK = "_"  # in the place of what stays
Changes = Iterator[tuple[str, int, str]]  # in words, the line, the source changed
Ways = Callable[[str, str], Changes]  # of a source, in the function of a name


def others(source: str, name: str, near: int | None = None) -> Changes:
    """Yield each operation of a function in words, its line, and the source with another in its place.

    Those nearest to a line come first. There may be millions: each is written when it is asked for.
    """
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for function in (node for node in functions if node.name == name):
        operations = [(node, exchanged) for each in function.body for node in expressions(each)]
        beside = partial(_beside, _together(function))
        names = [(node, beside) for node in _read(function)]
        ways: list[tuple[Any, Callable[[Any], Iterator[ast.expr]]]] = [*operations, *names]
        if near is not None:
            ways.sort(key=lambda way: abs(way[0].lineno - near))
        for node, way in ways:
            for other in way(node):
                words = f"`{told(node)}` read as `{told(other)}`"
                yield words, node.lineno, with_node(source, node, f"({ast.unparse(other)})")


def shorter(source: str, name: str) -> Changes:
    """Yield each operation of a function, its line, and the source with one of its operands in its place."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for function in (node for node in functions if node.name == name):
        names = names_in(function)
        for node in (each for statement in function.body for each in expressions(statement)):
            for operand in operands(node, names):
                yield _gone(node, operand), node.lineno, with_node(source, node, operand)
        for node in (node for node in ast.walk(function) if isinstance(node, ast.Compare)):
            yield told(node), node.lineno, with_node(source, node, f"({ast.unparse(node.left)})")
        given = given_to(function)
        for changed in (node for node in ast.walk(function) if _changes(node) or binds(node, given)):
            yield told(changed), changed.lineno, with_node(source, changed, "pass")
        for read, latest in _other_names(function):
            yield f"{read.id}` in place of `{latest}", read.lineno, with_node(source, read, latest)


def _gone(node: ast.expr, operand: str) -> str:
    """An operation as it is told: of one with an expression that stays, what goes."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if operand == f"({ast.unparse(left)})":
            return told(ast.BinOp(ast.Name(BLANK), op, right)).removeprefix(f"{BLANK} ")
    return told(node)


def _changes(node: ast.AST) -> TypeGuard[ast.AugAssign | ast.Assign]:
    """Whether a statement changes what a name holds, or a part of it."""
    parts = isinstance(node, ast.Assign) and all(isinstance(each, ast.Subscript) for each in node.targets)
    return parts or isinstance(node, ast.AugAssign)


def _other_names(function: ast.FunctionDef) -> Iterator[tuple[ast.Name, str]]:
    """Yield each name that is read, with the one that was bound last above it."""
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = [(node.lineno, node.col_offset, node.id) for node in names if isinstance(node.ctx, ast.Store)]
    stored.sort()
    for name in (node for node in names if isinstance(node.ctx, ast.Load)):
        above = bisect_left(stored, (name.lineno,))
        if above and stored[above - 1][-1] != name.id:
            yield name, stored[above - 1][-1]


# --- one of them ------------------------------------------------------------------------------------


def exchanged(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an operation over each other axis, by each other sign, and with two neighbours exchanged."""
    match node:
        case ast.Call():
            yield from _over_others(node)
            yield from _swapped(node)
        case ast.BinOp(left=left, op=op, right=right):
            if isinstance(right, ast.Constant):
                yield left
            if isinstance(op, OPERATORS):
                yield from (ast.BinOp(left, kind(), right) for kind in OPERATORS if not isinstance(op, kind))
            if isinstance(op, FROM_BOTH):
                yield ast.BinOp(right, op, left)
        case ast.Subscript(value=ast.Name() as value, slice=ast.Name() as index):
            yield ast.Subscript(index, value, ast.Load())
        case ast.Subscript(value=value, slice=ast.Tuple(elts=places)):
            for other in _other_places(places):
                yield ast.Subscript(value, other[0] if len(other) == 1 else ast.Tuple(other), ast.Load())


def _over_others(call: ast.Call) -> Iterator[ast.Call]:
    """Yield a call over each other axis than it names."""
    for at, given in enumerate(call.keywords):
        for axis in AXES if given.arg in NAMED else ():
            if ast.unparse(given.value) != axis:
                other = ast.keyword(given.arg, ast.parse(axis, mode="eval").body)
                keywords = [*call.keywords[:at], other, *call.keywords[at + 1 :]]
                yield ast.Call(call.func, call.args, keywords)


def _other_places(places: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """Yield the places of a value with two neighbours exchanged, without one, and with the first for one."""
    for at, place in enumerate(places):
        before, after = places[:at], places[at + 1 :]
        if after:
            yield [*before, after[0], place, *after[1:]]
        yield [*before, *after]
        if isinstance(place, ast.Constant) and place.value:
            yield [*before, ast.Constant(0), *after]


def _swapped(call: ast.Call) -> Iterator[ast.Call]:
    """Yield a call with two neighbouring arguments exchanged."""
    for at, (left, right) in enumerate(pairwise(call.args)):
        yield ast.Call(call.func, [*call.args[:at], right, left, *call.args[at + 2 :]], call.keywords)


def _read(function: ast.FunctionDef) -> list[ast.Name]:
    """The names that are read in a function."""
    nodes = ast.walk(function)
    return [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]


def _together(function: ast.FunctionDef) -> list[list[str]]:
    """The names that a function unpacks together, and last those that it is given."""
    nodes = ast.walk(function)
    tuples = [node for node in nodes if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store)]
    unpacked = [[each.id for each in node.elts if isinstance(each, ast.Name)] for node in tuples]
    return [*unpacked, [each.arg for each in function.args.args]]


def _beside(together: list[list[str]], node: ast.Name) -> Iterator[ast.expr]:
    """Yield for a name each that was unpacked or given beside it, or a part by that."""
    for names in (names for names in together if node.id in names):
        for other in (other for other in names if other != node.id):
            yield ast.Name(other, ast.Load())
            if node.id in together[-1]:
                yield ast.Subscript(node, ast.Name(other, ast.Load()), ast.Load())
