"""A function with one operation less, or with another one in its place."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, TypeGuard

from grader.mending import indexing
from grader.mending.edits import told, with_node
from grader.mending.leaving import binds, expressions, given_to, names_in, operands

AXES = ("0", "1", "2", "(1, 2)")  # of features and of their sum
OPERATORS = (ast.Mult, ast.Div, ast.Add, ast.Sub)
FROM_BOTH = ast.Sub | ast.Div | ast.MatMult  # what is another value with its sides exchanged
NAMED = ("axis", "dim")
OVER_ONE = ("sum", "mean")  # whose axis often has no name
ENLARGING = ("resize", "interpolate", "zoom")
GIVE_NOTHING = ("resize", "sort", "fill", "put", "partition")  # methods of an array, which change it
NO_BYTES = ("int8", "int16", "uint16", "int32", "int64", "int_", "intp", "uint", "int")
BYTES = "uint8"
PAIRS = ("sort", "topk", "max", "min")  # give values and indices
MISTAKEN = {  # what is written for another: a place for a value, one end for the other
    "argmax": ("max",),
    "argmin": ("min",),
    "max": ("min", "argmax"),
    "min": ("max",),
    "sort": ("argsort",),
    "values": ("indices",),
}
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
        ways: list[tuple[Any, Callable[[Any], Iterator[ast.AST]]]] = [*operations, *names, *_bound(function)]
        if near is not None:
            ways.sort(key=lambda way: abs(way[0].lineno - near))
        for node, way in ways:
            for other in way(node):
                words = f"`{told(node)}` read as `{told(other)}`"
                text = ast.unparse(other)
                yield (
                    words,
                    node.lineno,
                    with_node(source, node, text if _is_statement(other) else f"({text})"),
                )


def latest(source: str, name: str) -> Changes:
    """Yield each name that a function reads, its line, and the source with the name that was bound last."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for function in (node for node in functions if node.name == name):
        for read, other in _other_names(function):
            yield f"`{told(read)}` read as `{other}`", read.lineno, with_node(source, read, other)


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


def _other_names(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, str]]:
    """Yield each name that is read, and what is enlarged, with the name that was bound last above it."""
    nodes = list(ast.walk(function))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    stored = [(node.lineno, node.col_offset, node.id) for node in names if isinstance(node.ctx, ast.Store)]
    stored.sort()
    enlarged = [node.args[0] for node in nodes if isinstance(node, ast.Call) and _enlarges(node)]
    for read in (*(node for node in names if isinstance(node.ctx, ast.Load)), *enlarged):
        above = bisect_left(stored, (read.lineno,))
        if above and stored[above - 1][-1] != getattr(read, "id", ""):
            yield read, stored[above - 1][-1]


def _enlarges(call: ast.Call) -> bool:
    """Whether a call enlarges an expression that has no name."""
    unnamed = bool(call.args) and not isinstance(call.args[0], ast.Name | ast.Starred)
    return unnamed and getattr(call.func, "attr", "") in ENLARGING


# --- one of them ------------------------------------------------------------------------------------


def exchanged(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an operation over each other axis, by each other sign, and with two neighbours exchanged."""
    match node:
        case ast.Attribute(value=value, attr=word) if word in MISTAKEN:
            yield from (ast.Attribute(value, other, ast.Load()) for other in MISTAKEN[word])
        case ast.Attribute(value=value, attr=word) if word in NO_BYTES:
            yield ast.Attribute(value, BYTES, ast.Load())
        case ast.Call(func=ast.Attribute(attr="astype") as function, args=[kind]) if _is_no_byte(kind):
            yield ast.Call(function, [ast.Constant(BYTES)], [])
        case ast.Call():
            yield from _over_others(node)
            yield from _swapped(node)
            yield from _counting(node)
            if isinstance(node.func, ast.Attribute) and node.func.attr in GIVE_NOTHING:
                yield node.func.value
        case ast.BinOp(left=left, op=op, right=right):
            if isinstance(right, ast.Constant):
                yield left
            yield from (ast.BinOp(left, kind(), right) for kind in OPERATORS if not isinstance(op, kind))
            if isinstance(op, FROM_BOTH):
                yield ast.BinOp(right, op, left)
        case ast.Subscript():
            yield from indexing.exchanged(node)


def _is_no_byte(kind: ast.expr) -> bool:
    """Whether an expression names a type of whole numbers that are no bytes: int, "int16"."""
    return (kind.value if isinstance(kind, ast.Constant) else getattr(kind, "id", "")) in NO_BYTES


def _over_others(call: ast.Call) -> Iterator[ast.Call]:
    """Yield a call over each other axis than it names, or than a sum is given without a name."""
    for at, given in enumerate(call.keywords):
        for axis in _other_axes(given.value) if given.arg in NAMED else ():
            keywords = [*call.keywords[:at], ast.keyword(given.arg, axis), *call.keywords[at + 1 :]]
            yield ast.Call(call.func, call.args, keywords)
    for at, value in enumerate(call.args if getattr(call.func, "attr", "") in OVER_ONE else ()):
        for axis in _other_axes(value) if _is_axis(value) else ():
            yield ast.Call(call.func, [*call.args[:at], axis, *call.args[at + 1 :]], call.keywords)


def _other_axes(given: ast.expr) -> Iterator[ast.expr]:
    return (ast.parse(axis, mode="eval").body for axis in AXES if ast.unparse(given) != axis)


def _is_axis(value: ast.expr) -> bool:
    """Whether an argument is a number as it is written for an axis: 1, -1, (1, 2)."""
    try:
        axis = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return isinstance(axis, int | tuple)


def _swapped(call: ast.Call) -> Iterator[ast.Call]:
    """Yield a call with two neighbouring arguments exchanged."""
    for at, (left, right) in enumerate(pairwise(call.args)):
        yield ast.Call(call.func, [*call.args[:at], right, left, *call.args[at + 2 :]], call.keywords)


def _counting(call: ast.Call) -> Iterator[ast.Call]:
    """Yield what a loop counts with from 0, and up to what is one less or one more."""
    match call:
        case ast.Call(func=ast.Name(id="range"), args=[_, end, *_]):
            yield ast.Call(call.func, [end], [])
            yield from (ast.Call(call.func, [one], []) for one in _one_less(end))
        case ast.Call(func=ast.Name(id="range"), args=[end]):
            yield from (ast.Call(call.func, [one], []) for one in _one_less(end))
            yield ast.Call(call.func, [ast.BinOp(end, ast.Add(), ast.Constant(1))], [])


def _one_less(end: ast.expr) -> Iterator[ast.expr]:
    """Yield what a loop ends at without what is added there, or one before a number."""
    match end:
        case ast.BinOp(left=left, right=ast.Constant()):
            yield left
        case ast.Constant(value=int(number)):
            yield ast.Constant(number - 1)


def _bound(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, Callable[[Any], Iterator[ast.AST]]]]:
    """Yield the statements that may add up otherwise, and the results that may be taken apart."""
    for loop in (node for node in ast.walk(function) if isinstance(node, ast.For)):
        parts = (node for each in loop.body for node in ast.walk(each) if isinstance(node, ast.Subscript))
        yield from ((node, partial(_by_the_round, _stored(loop.target))) for node in parts)
    looped = {id(node) for loop in ast.walk(function) if isinstance(loop, ast.For) for node in ast.walk(loop)}
    for node in ast.walk(function):
        match node:
            case ast.AugAssign():
                yield node, _added_otherwise
            case ast.Assign(targets=[ast.Name()]) if id(node) in looped:
                yield node, _added_up
            case ast.Assign(targets=[ast.Name()], value=ast.Call(func=called) as value):
                if getattr(called, "attr", "") in PAIRS:
                    yield value, _of_two


def _stored(target: ast.expr) -> list[str]:
    """The names that a loop gives a value in each round."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def _by_the_round(names: Sequence[str], node: ast.Subscript) -> Iterator[ast.expr]:
    """Yield a part that is the same in each round as the one by the round's own name."""
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for at, name in ((at, name) for at in reversed(range(len(places))) for name in names):
        if isinstance(places[at], ast.Constant):
            other = [*places[:at], ast.Name(name, ast.Load()), *places[at + 1 :]]
            yield ast.Subscript(node.value, other[0] if len(other) == 1 else ast.Tuple(other), ast.Load())


def _added_otherwise(node: ast.AugAssign) -> Iterator[ast.stmt]:
    """Yield a statement that changes a name by each other operation, or binds it anew."""
    yield from (
        ast.AugAssign(node.target, kind(), node.value) for kind in OPERATORS if not isinstance(node.op, kind)
    )
    yield ast.Assign([node.target], node.value, lineno=node.lineno)


def _added_up(node: ast.Assign) -> Iterator[ast.stmt]:
    """Yield a statement that binds a name anew in each round as one that adds to it."""
    if isinstance(node.targets[0], ast.Name):
        yield ast.AugAssign(ast.Name(node.targets[0].id, ast.Store()), ast.Add(), node.value)


def _of_two(call: ast.Call) -> Iterator[ast.expr]:
    """Yield each of the two that a call gives: values and indices."""
    yield from (ast.Subscript(call, ast.Constant(at), ast.Load()) for at in (0, 1))


def _is_statement(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt)


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
