"""From the walk to the slice: chunks in an order that runs, and what was left out, with the reason."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from grader.intake.code.program import Program
from grader.intake.code.slicing import Walk
from grader.intake.code.statements import Statement
from grader.intake.files.basket import shown
from grader.records.submission import Chunk, Dropped, Module

MOST_DROPPED = 1000  # entries of a list that people read
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def in_order(program: Program, kept: Iterable[int]) -> list[int]:
    """Positions as they stand, but for statements that one above them needs to run: these move up."""
    order: dict[int, None] = {}
    kept = set(kept)
    for position in sorted(kept):
        stack, met = [position], set[int]()
        while stack:
            top = stack[-1]
            if top in met or top in order:
                order.setdefault(stack.pop())
                continue
            met.add(top)
            stack += [at for at in _below(program, top) if at in kept and at not in order and at not in met]
    return list(order)


def _below(program: Program, position: int) -> list[int]:
    """What a statement needs to run, itself or in functions that it calls, and is bound only below it."""
    found = set()
    for name in program.statements[position].names.reads:
        for source in program.sources(name, position):
            found |= {source} if source > position else set()
            for later in program.statements[source].names.later:
                found.update(at for at in program.sources(later, position) if at > position)
    return sorted(found, reverse=True)


def chunks(walk: Walk, module: str, positions: Iterable[int]) -> tuple[Chunk, ...]:
    """Statements as the slice holds them; a star import of the submission's own is cut to what it brings."""
    program = walk.library.program(module)
    assert program is not None
    return tuple(
        chunk
        for at in positions
        for chunk in _chunks(program.statements[at], walk.brought.get((module, at), {}))
    )


def _chunks(statement: Statement, brought: Iterable[str]) -> list[Chunk]:
    node = statement.node
    if not isinstance(node, ast.ImportFrom) or not brought:
        return [statement.chunk()]
    each = [ast.ImportFrom(node.module, [ast.alias(name)], node.level) for name in brought]
    return [statement.chunk(ast.copy_location(one, node)) for one in each]


def modules(walk: Walk, needed: Mapping[str, Iterable[int]]) -> tuple[Module, ...]:
    """The modules of a walk: those that are run, with the statements `needed` of them, then the imported."""
    found = []
    for name in walk.modules:
        if (program := walk.library.program(name)) is not None:
            kept = set(needed.get(name, ()) if name in walk.entries else walk.kept[name])
            future = {at for at, each in enumerate(program.statements) if kept and _is_future(each.node)}
            made = chunks(walk, name, in_order(program, kept | future))
            package = walk.library.package(name) if name in walk.entries else ""
            found.append(Module(name, made, package, walk.library.file(name)))
    return tuple(found)


# --- what was left out ----------------------------------------------------------------------------


def dropped(walk: Walk) -> tuple[Dropped, ...]:
    """What no slice runs, in the order it stands; an import of several names only if none is needed."""
    found: list[Dropped] = []
    for name in walk.modules:
        if (program := walk.library.program(name)) is not None:
            found += _dropped(program, walk.kept[name], walk.barred(name))
    return tuple(found[:MOST_DROPPED])


def _dropped(program: Program, kept: set[int], barred: frozenset[int]) -> list[Dropped]:
    places = {(program.statements[at].label, program.statements[at].line) for at in kept}
    bound = {name for at in kept for name in program.statements[at].names.binds}
    labels = {label: number for number, label in enumerate(program.labels)}
    found = {(one.label, one.line): one for one in program.dropped}
    for position, statement in enumerate(program.statements):
        place = (statement.label, statement.line)
        if position in kept or place in places or place in found or is_nothing(statement.node):
            continue
        text = statement.lines[statement.line - 1].strip()
        found[place] = Dropped(*place, shown(text, 120), _why(statement.node, position in barred, bound))
    return sorted(found.values(), key=lambda one: (labels[one.label], one.line))


def is_nothing(node: ast.stmt) -> bool:
    """Whether a statement does nothing: `pass`, or a text that stands alone."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _why(node: ast.stmt, is_barred: bool, bound: set[str]) -> str:
    if is_barred:
        return "trains, waits for input, reads the data set, or needs what does"
    if isinstance(node, DEFINITIONS) and node.name in bound:
        return "replaced by a later definition"
    if isinstance(node, ast.Import | ast.ImportFrom) and node.names[0].name != "*":
        alias = node.names[0]
        repeated = (alias.asname or alias.name.split(".")[0]) in bound
        return "imported elsewhere" if repeated else "not needed"
    return "not needed"


def _is_future(node: ast.stmt) -> bool:
    """Whether a statement is `from __future__ import ...`, which changes those that follow."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
