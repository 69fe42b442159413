"""A table of convolutions and pools with one entry missing, or one too many: read as the assignment has them.

A guess: it counts only where a whole network runs with it, and the line of what is missing pays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import re2

from grader.diagnosis.payers import LineName
from grader.mending.edits import Mend, told, with_node, with_source
from grader.mending.entries import BLOCKS
from grader.mending.trouble import LARGEST, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

POOL = 0  # in the place of a width
WANTED = tuple(entry for width, depth in BLOCKS for entry in (*[width] * depth, POOL))
RIGHT = [list(WANTED), list(WANTED[:-1])]  # the last pool may stand elsewhere
LARGEST_TABLE = 4 * len(WANTED)  # entries: a longer one is another table
NUMBER, PARTS = re2.compile(r"\d+"), re2.compile(r"\S+")


class Table(NamedTuple):
    """A table that is written out: its entries as they are written, and what they are put together with."""

    node: ast.expr
    entries: tuple[str, ...]
    ends: tuple[str, str]
    between: str

    def written(self, entries: Sequence[str]) -> str:
        """Return the table's code with other entries."""
        return self.ends[0] + self.between.join(entries) + self.ends[1]


def mends(slice: Slice) -> Iterator[Mend]:
    """The tables that are one entry off, put right."""
    for chunk in (chunk for module in slice.modules for chunk in module.chunks):
        for node in ast.walk(tree(chunk)) if len(chunk.source) <= LARGEST else ():
            if (table := _table(node)) and (found := _righted(table)):
                words, entries, line = found
                made = Place(chunk.label, chunk.line + table.node.lineno - 1)
                changed = _with(slice, chunk, table, entries)
                yield Mend(changed, words, made=made, whole=True, lines=(line,))


def _with(slice: Slice, chunk: Chunk, table: Table, entries: Sequence[str]) -> Slice:
    return with_source(slice, chunk, with_node(chunk.source, table.node, table.written(entries)))


def _table(node: ast.AST) -> Table | None:
    """The table that a list, a tuple or a text may be."""
    match node:
        case ast.Constant(value=str(text)) if len(text) < LARGEST:
            return Table(node, tuple(PARTS.findall(text)[: LARGEST_TABLE + 1]), ('"', '"'), " ")
        case ast.List(elts=parts) | ast.Tuple(elts=parts) if len(parts) <= LARGEST_TABLE:
            if all(isinstance(part, ast.Constant) for part in parts):
                return Table(node, tuple(map(ast.unparse, parts)), ("[", "]"), ", ")
    return None


def _righted(table: Table) -> tuple[str, list[str], LineName] | None:
    """What is wrong with a table that is one entry off, the entries that it should have, and what pays."""
    read = [_width(entry) for entry in table.entries]
    for wanted in (WANTED, WANTED[:-1]) if read not in RIGHT else ():
        same = (one == other for one, other in zip(read, wanted, strict=False))
        at = next((at for at, each in enumerate(same) if not each), min(len(read), len(wanted)))
        before, rest = list(table.entries[:at]), list(table.entries[at:])
        entry = _alike(table, wanted[at]) if read[at:] == list(wanted[at + 1 :]) else None
        if entry is not None:
            words = f"`{entry}` is missing after entry {at} of `{told(table.node)}` and was added"
            return words, [*before, entry, *rest], _line(wanted, at)
        if rest and read[at] in WANTED and read[at + 1 :] == list(wanted[at:]):
            words = f"`{rest[0]}`, which is entry {at + 1} of `{told(table.node)}`, left out"
            return words, [*before, *rest[1:]], _line(read, at)
    return None


def _width(entry: str) -> int:
    found = NUMBER.search(entry[:LARGEST_TABLE])
    return int(found[0]) if found and len(found[0]) < 5 else POOL


def _alike(table: Table, width: int) -> str | None:
    """An entry of the table that stands for the same."""
    return next((entry for entry in table.entries if _width(entry) == width), None)


def _line(table: Sequence[int], at: int) -> LineName:
    """The line of the rubric that an entry belongs to."""
    block = 1 + table[:at].count(POOL)
    return "pools" if table[at] == POOL else cast(LineName, f"conv{min(block, len(BLOCKS))}")
