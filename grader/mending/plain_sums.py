"""What stands in for a weighted sum that raises, or is nowhere made: the plain sum of the features."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.assignment import MAP
from grader.mending.carrying import Function, Part, carrying
from grader.mending.edits import Mend, statement_at, told, with_node, with_source, with_text
from grader.mending.stepping import adds_products
from grader.mending.trouble import bound
from grader.records.submission import Chunk, Slice

SIZES = (".shape[-2]", ".shape[-1]", ".shape[1]")  # of features: rows, columns, channels
SUMS = ("[0].sum(0)", "[0].sum(0).reshape(-1)", ".sum(0)")  # of features: what stands in for a weighted sum
ASARRAY = "__import__('numpy').asarray"


def bound_before(
    slice: Slice, chunk: Chunk, statement: ast.stmt, name: str, function: ast.FunctionDef
) -> Iterator[Mend]:
    """A name without a value as a size of the features, or their plain sum: what makes it is not there."""
    features = function.args.args[0].arg if function.args.args else ""
    sizes = [(f"{features}{way}", f"{features}{way}") for way in SIZES]
    sums = [(f"{ASARRAY}({features}){way}", f"the plain sum of {features}") for way in SUMS]
    for value, words in (*sizes, *sums) if features else ():
        span = statement.lineno - 1, statement.col_offset, statement.col_offset
        source = with_text(chunk.source, [span], f"{name} = {value}; ")
        words = f"{name}, which nothing makes, read as {words}"
        yield Mend(with_source(slice, chunk, source), words, whole=True)


def instead(slice: Slice, chunk: Chunk, line: int) -> Iterator[Mend]:
    """The plain sum of what a function is given in a value's place, in whatever carries out a map."""
    for part in carrying(slice, MAP):
        function = part.function
        if part.chunk is chunk and function.lineno <= line <= (function.end_lineno or 0):
            yield from _instead(slice, part, line)
            return


def _instead(slice: Slice, part: Part, line: int) -> Iterator[Mend]:
    statement, given = statement_at(part.function, line), _given(part)
    nodes = _values(part, statement) if statement else []
    values = [(f"{ASARRAY}({name}){way}", f"the plain sum of {name}") for name in given for way in SUMS]
    values += [(name, name) for name in given] if not _is_map(part) else []
    for node in nodes:
        for value, read in values:
            source = with_node(part.chunk.source, node, value)
            words = f"`{told(node)}` read as {read}"
            yield Mend(with_source(slice, part.chunk, source), words, whole=True)


def _given(part: Part) -> list[str]:
    """The arguments that may hold features: of the map's own function the first."""
    names = [each.arg for each in part.function.args.args]
    return names[:1] if _is_map(part) else names


def _is_map(part: Part) -> bool:
    return MAP in bound(part.chunk) and part.function.name == MAP


def _values(part: Part, statement: ast.stmt) -> list[ast.expr]:
    """What a statement binds or a helper returns, and the products that it adds up."""
    kinds = ast.Assign if _is_map(part) else ast.Assign | ast.Return
    whole = [statement.value] if isinstance(statement, kinds) and statement.value else []
    nodes = (node for node in ast.walk(statement) if _is_of_products(node, part.function))
    return [*whole, *(node for node in nodes if node not in whole)]


def _is_of_products(node: ast.AST, function: Function) -> TypeGuard[ast.expr]:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(node, ast.Call | ast.BinOp) and adds_products(called, function)
