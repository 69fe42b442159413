"""How much of one person's classes and functions stands in another's code, by copydetect's fingerprints.

Before code is compared, comments, layout, names, types, texts and the methods that every handout gives are
taken out of it. What most of a large class shares is taken for given, too.
"""

from __future__ import annotations

import ast
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.intake.code.parsing import UNPARSABLE, parse
from grader.records.submission import Slice

GIVEN = ("get_upsampling_weight", "_initialize_weights", "copy_params_from_vgg16")
GRAM = 20  # characters of a fingerprint, where a name or a text is one
FEWEST = 150  # fingerprints of a class or function; less of it may well be the same by chance
ALIKE = 0.7  # share of them; honest pairs of the corpus have 0.53 at most
MANY = 10  # people; what more than these and than half of the class have is given
LONGEST = 200_000  # characters of one person's code that are looked at
DIGITS = 12  # of a number that is compared

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one person's class or function, by name, that stands in another's code."""

    of: int
    within: int
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Unit:
    """A class or a function of one person, as its fingerprints."""

    owner: int
    name: str
    prints: frozenset[int]


def shares(slices: Sequence[Slice], handout: Slice | None = None) -> tuple[Share, ...]:
    """For every two people the largest share from ALIKE on; people are called by their places."""
    given = frozenset().union(*(one.prints for one in _units(0, handout))) if handout else frozenset()
    units = [unit for owner, slice_ in enumerate(slices) for unit in _units(owner, slice_)]
    given |= _common(units, len(slices))
    units = [Unit(one.owner, one.name, one.prints - given) for one in units]
    large = [unit for unit in units if len(unit.prints) >= FEWEST]
    if not large:
        return ()
    wholes = [frozenset[int]().union(*(u.prints for u in units if u.owner == n)) for n in range(len(slices))]
    found = _overlaps([unit.prints for unit in large], wholes)
    return tuple(_largest(_alike(large, found)))


def _definitions(slice_: Slice) -> Iterator[Definition]:
    """The classes and functions that are graded, up to the budget; what can't be read is left out."""
    left = LONGEST
    for chunk in (chunk for module in slice_.modules for chunk in module.chunks):
        left -= len(chunk.source)
        if left > 0:
            yield from (node for node in parse(chunk.source)[0] if isinstance(node, Definition))


def _units(owner: int, slice_: Slice) -> Iterator[Unit]:
    for node in _definitions(slice_):
        if node.name in GIVEN:
            continue
        try:
            yield Unit(owner, node.name, _prints(ast.unparse(_Plain().visit(node))))
        except UNPARSABLE:
            continue


class _Plain(ast.NodeTransformer):
    """Takes out what says nothing of who wrote it; nothing that is long in a student's code is left."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        if node.name in GIVEN:
            return None
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.copy_location(ast.Constant(""), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str | bytes):
            return ast.copy_location(ast.Constant(""), node)
        is_long = isinstance(node.value, int) and abs(node.value) >= 10**DIGITS
        return ast.copy_location(ast.Constant(0), node) if is_long else node


def _prints(code: str) -> frozenset[int]:
    from copydetect import CodeFingerprint  # it draws plots, too: a second to import

    return frozenset(
        CodeFingerprint("code.py", GRAM, win_size=1, fp=io.StringIO(code), language="python").hashes
    )


def _common(units: Iterable[Unit], people: int) -> frozenset[int]:
    owners = {(print_, unit.owner) for unit in units for print_ in unit.prints}
    count = Counter(print_ for print_, _ in owners)
    return frozenset(print_ for print_, n in count.items() if n > max(MANY, people / 2))


def _overlaps(units: Sequence[Collection[int]], wholes: Sequence[Collection[int]]) -> NDArray[np.int32]:
    """How many fingerprints each unit has in common with each whole."""
    from scipy.sparse import csr_matrix

    columns = {print_: n for n, print_ in enumerate(sorted({one for prints in wholes for one in prints}))}

    def matrix(rows: Sequence[Collection[int]]) -> csr_matrix:
        places = np.fromiter((columns[one] for prints in rows for one in prints), np.int64)
        ends = np.cumsum([0, *map(len, rows)])
        return csr_matrix((np.ones(len(places), np.int32), places, ends), (len(rows), len(columns)))

    return (matrix(units) @ matrix(wholes).T).toarray()  # type: ignore[no-any-return]  # scipy has no types


def _alike(units: Sequence[Unit], overlaps: NDArray[np.int32]) -> Iterator[Share]:
    for unit, row in zip(units, overlaps, strict=True):
        for within in np.flatnonzero(row >= ALIKE * len(unit.prints)):
            if within != unit.owner:
                yield Share(unit.owner, int(within), unit.name, int(row[within]) / len(unit.prints))


def _largest(found: Iterable[Share]) -> Iterable[Share]:
    best: dict[frozenset[int], Share] = {}
    for one in sorted(found, key=lambda one: (-one.share, one.of, one.within, one.name)):
        best.setdefault(frozenset((one.of, one.within)), one)
    return best.values()
