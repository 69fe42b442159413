"""What a TA should know of how a submission was read, in sentences."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise

import re2

from grader.assignment import GRADED
from grader.intake.choosing import Choice
from grader.intake.code.corrections import begun
from grader.intake.code.cutting import in_order
from grader.intake.code.program import Program
from grader.intake.code.slicing import Walk
from grader.intake.files.notebook import Cell
from grader.records.submission import Dropped

ALIKE = 0.75  # of difflib's measure; FCN32s and FCN8s are less alike than that


def remarks(
    choice: Choice,
    walk: Walk,
    found: Collection[str],
    dropped: Iterable[Dropped],
    graded: Iterable[str] = GRADED,
) -> list[str]:
    """Notes on functions that are missing, cells that are broken, and cells run in another order."""
    programs = [program for name in choice.entries if (program := walk.library.program(name))]
    bound = [name for program in programs for name in program.binders]
    notes = [_missing(name, bound) for name in graded if name not in found]
    beside = _beside(programs, [name for name in graded if name in found])
    moved = (note for program in programs for note in _moved(program, walk))
    return [*notes, *beside, *_broken(dropped), *_run_order(choice.main.cells), *moved]


def _missing(name: str, bound: Iterable[str]) -> str:
    other = alike(name, bound)
    hint = f"; {other} looks like it, but the name must be {name}" if other else ""
    return f"{name} is not defined anywhere{hint}"


def _beside(programs: Iterable[Program], graded: Sequence[str]) -> Iterator[str]:
    """A note for each class that is made in the place of a graded one, which no statement names again."""
    classes, read = dict[str, str](), Counter[str]()
    for statement in (each for program in programs for each in program.statements):
        if isinstance(statement.node, ast.ClassDef):
            classes[statement.node.name] = f"{statement.label}, line {statement.line}"
        read.update(statement.names.reads | statement.names.later | _in_texts(statement.node))
    for name in graded:
        others = (one for one in classes if one not in graded and one.startswith(name) and read[one])
        for other in others if name in classes and not read[name] else ():
            yield (
                f"{other} ({classes[other]}) is what the notebook uses, {name} ({classes[name]}) is used "
                f"nowhere; {name} is graded"
            )


def _in_texts(statement: ast.stmt) -> set[str]:
    """The words of a statement's texts: a class may be looked up by its name."""
    texts = (node.value for node in ast.walk(statement) if isinstance(node, ast.Constant))
    plain = (text.encode(errors="replace").decode() for text in texts if isinstance(text, str))
    return {word for text in plain for word in re2.findall(r"\w+", text)}  # which takes no lone surrogate


def alike(name: str, bound: Iterable[str]) -> str:
    """The one of some names that is written nearly like another, "" for none."""
    names = {other.replace("_", "").lower(): other for other in bound}
    found = get_close_matches(name.replace("_", "").lower(), names, 1, ALIKE)
    return names[found[0]] if found else ""


def _broken(dropped: Iterable[Dropped]) -> Iterator[str]:
    for one in dropped:
        if one.reason.startswith("does not parse") and (name := begun(one.first_line)):
            yield f"{one.label}, line {one.line}: {name} {one.reason}; this version does not count"


def _run_order(cells: Iterable[Cell]) -> Iterator[str]:
    """One note where the counts say that a cell was run before one that stands above it."""
    highest: Cell | None = None
    for cell in cells:
        if cell.kind != "code" or cell.count is None:
            continue
        if highest and highest.count is not None and cell.count < highest.count:
            yield (
                f"the cells were not run from top to bottom: {cell.label} ran as [{cell.count}], "
                f"{highest.label} above it as [{highest.count}]; they are graded in the order they stand"
            )
            return
        highest = cell


def _moved(program: Program, walk: Walk) -> Iterator[str]:
    """A note where statements had to move up because they stand below their use."""
    order = in_order(program, walk.kept[program.name])
    for before, after in pairwise(order):
        if before > after and not isinstance(program.statements[before].node, ast.Import | ast.ImportFrom):
            one, other = program.statements[before], program.statements[after]
            yield f"{one.label}, line {one.line} was moved up: {other.label} needs it and stands above it"
