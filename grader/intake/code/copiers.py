"""Statements that call what puts weights into a model, and those of them that come too late."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignment import NETWORKS
from grader.intake.code.effects import calls, running
from grader.intake.code.names import FUNCTIONS
from grader.intake.code.names import walk as nodes_of
from grader.intake.code.program import Program
from grader.intake.code.slicing import Walk
from grader.intake.code.weight import runs
from grader.records.reason import Place

NAMES = {network.name for network in NETWORKS.values()}
WEIGHTS, WRITING = {"data", "weight", "bias"}, {"copy_", "load_state_dict"}


def calls_a_copier(walk: Walk, program: Program, node: ast.stmt) -> bool:
    """Whether a statement does nothing but call a function or a method that puts weights into a model."""
    if not isinstance(node, ast.Expr | ast.Assign):
        return False
    called = {call.path.rpartition(".")[2] for call in calls(running([node]))}
    return any(map(_writes_weights, _defined(walk, program, called)))


def _defined(walk: Walk, program: Program, names: set[str]) -> Iterator[ast.AST]:
    """The submission's functions of these names, its models' methods, and what its own modules bring."""
    yield from (program.functions[name].node for name in names if name in program.functions)
    classes = (each.node for each in program.statements if isinstance(each.node, ast.ClassDef))
    methods = (each for one in classes if one.name in NAMES for each in one.body)
    yield from (each for each in methods if isinstance(each, FUNCTIONS) and each.name in names)
    brought = (one for imports in program.imports for one in imports if one.bound in names)
    for one in brought:
        other = walk.library.program(one.module) if one.module in program.local else None
        if other is not None and one.attribute in other.functions:
            yield other.functions[one.attribute].node


def _writes_weights(node: ast.AST) -> bool:
    """Whether a function is about VGG-16, or gives a layer other weights."""
    written = (target for part in nodes_of(node) if isinstance(part, ast.Assign) for target in part.targets)
    attributes = {part.attr for part in nodes_of(node) if isinstance(part, ast.Attribute)}
    gives = any(isinstance(target, ast.Attribute) and target.attr in WEIGHTS for target in written)
    return gives or not attributes.isdisjoint(WRITING) or "vgg" in ast.unparse(node).lower()


def copied_late(walk: Walk, program: Program, built: int, name: str) -> Place | None:
    """Where a model is copied into after it was trained, and not trained again; None where it may have been.

    Cells are run in any order: only within one does a statement surely come after another.
    """
    bound = [at for at in program.binders.get(name, []) if at > built]
    reading = [
        at
        for at in range(built + 1, min(bound, default=len(program.statements)))
        if name in program.statements[at].names.reads
    ]
    trains = [at for at in reading if at in walk.barred(program.name)]
    copies = [
        at
        for at in reading
        if at not in trains and calls_a_copier(walk, program, program.statements[at].node)
    ]
    if bound or len(trains) != 1 or not copies or not runs(program, program.statements[trains[0]].node):
        return None
    statements = [program.statements[at] for at in (trains[0], *copies)]
    if min(copies) < trains[0] or len({each.label for each in statements}) > 1:
        return None
    return Place(statements[1].label, statements[1].line)
