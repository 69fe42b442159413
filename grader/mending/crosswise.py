"""A table that layers are made from, with two of its numbers in each other's place: read as the assignment's.

A guess: it counts only where a whole network runs with it, and the line of the first of both blocks pays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple, cast

from grader.diagnosis.payers import LineName
from grader.mending.edits import Mend, told, with_node, with_source
from grader.mending.entries import BLOCKS
from grader.mending.trouble import LARGEST, Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

CHANNELS = "channels"  # what is said where a layer is given others than it takes
INPUTS = (3, *(width for width, _ in BLOCKS))
LARGEST_TABLE = 64  # numbers: a longer one is another table


class Number(NamedTuple):
    """A whole number that is written somewhere."""

    node: ast.Constant
    value: int


class Row(NamedTuple):
    """A number that the assignment's table has, and the block that it is of."""

    number: int
    block: int


def _rows(*numbers: tuple[int, ...]) -> tuple[Row, ...]:
    return tuple(Row(each, block) for block, of in enumerate(numbers, 1) for each in of)


FORMS = (
    _rows(*((width, depth) for width, depth in BLOCKS)),
    _rows(*((depth, width) for width, depth in BLOCKS)),
    _rows(*((width,) for width, _ in BLOCKS)),
    _rows(*((depth,) for _, depth in BLOCKS)),
    _rows(*((width,) * depth for width, depth in BLOCKS)),
    _rows(*((inputs, width, depth) for inputs, (width, depth) in zip(INPUTS, BLOCKS, strict=False))),
    _rows(*((depth, inputs, width) for inputs, (width, depth) in zip(INPUTS, BLOCKS, strict=False))),
)


def mends(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The tables of which two numbers are exchanged, put right."""
    if CHANNELS in trouble.message:
        for chunk in (chunk for module in slice.modules for chunk in module.chunks):
            for node in ast.walk(tree(chunk)) if len(chunk.source) <= LARGEST else ():
                if isinstance(node, ast.List | ast.Tuple | ast.Dict) and (wrong := _wrong(numbers(node))):
                    yield _righted(slice, chunk, node, wrong)


def _righted(slice: Slice, chunk: Chunk, node: ast.expr, wrong: list[tuple[Number, Row]]) -> Mend:
    """A table with its numbers where the assignment has them."""
    backwards = sorted(wrong, key=lambda each: (-each[0].node.lineno, -each[0].node.col_offset))
    source = reduce(
        lambda text, each: with_node(text, each[0].node, str(each[1].number)), backwards, chunk.source
    )
    (first, row), block = wrong[0], min(each.block for _, each in wrong)
    words = (
        f"{first.value} and {row.number}, which are exchanged in `{told(node)}`, read in each other's place"
    )
    made = Place(chunk.label, chunk.line + first.node.lineno - 1)
    line = cast(LineName, f"conv{block}")
    return Mend(with_source(slice, chunk, source), words, made=made, lines=(line,), whole=True)


def numbers(node: ast.expr) -> list[Number]:
    """The whole numbers of a table in their order, without the keys of a dictionary."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return [Number(node, number)]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts) if (
            len(parts) <= LARGEST_TABLE
        ):
            return [number for part in parts for number in numbers(part)]
    return []


def _wrong(found: list[Number]) -> list[tuple[Number, Row]]:
    """The numbers of a table that stand in each other's place, with those that are meant; or none."""
    for form in FORMS:
        wrong = [(one, row) for one, row in zip(found, form, strict=False) if one.value != row.number]
        exchanged = len({frozenset((one.value, row.number)) for one, row in wrong}) == 1
        if len(found) == len(form) and exchanged and len({one.value for one, _ in wrong}) == 2:
            return wrong
    return []
