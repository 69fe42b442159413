"""The slice of the last cell: what calls `returnCAM` and what that needs."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import re2

from grader.assignment import GRADED, MAP, WEIGHT
from grader.intake.code.cutting import DEFINITIONS, chunks, in_order
from grader.intake.code.effects import calls, path, root, running
from grader.intake.code.names import walk
from grader.intake.code.program import Program
from grader.intake.code.slicing import Walk
from grader.intake.code.statements import Statement
from grader.intake.code.weight import is_heavy
from grader.intake.code.weights import binds, weight_chunks
from grader.records.submission import Chunk

PICTURE = re2.compile(r"(?i)([\w-]{1,40})\.(?:jpe?g|png)")


@dataclass(frozen=True, slots=True)
class CamCell:
    """The chunks that the last cell needs beyond the targets' slice, and those that compute `weight_fc`."""

    module: str = ""  # that it is in
    labels: frozenset[str] = frozenset()  # of the cells that call returnCAM
    chunks: tuple[Chunk, ...] = ()
    weight_fc: tuple[Chunk, ...] = ()


def cam_cell(walk: Walk) -> CamCell:
    """The slice of the last cell, on top of the walk from the targets: of the first file that has one."""
    found = (_in_module(walk, module) for module in walk.entries)
    return next((each for each in found if each.labels), CamCell(walk.entries[0]))


def _in_module(walk: Walk, module: str) -> CamCell:
    program = walk.library.program(module)
    if program is None:
        return CamCell(module)
    callers = _callers(program)
    users = [at for at, each in enumerate(program.statements) if _uses(each, callers)]
    chosen = _chosen(program, users)
    before, instead = set(walk.kept[module]), dict[int, Chunk]()
    for position in chosen:
        if direct := _direct(program, position, callers):
            instead[position] = direct
            walk.want(module, direct.source.removesuffix("()"))
        else:
            walk.keep(module, position)
    settled = {*GRADED, *_defined(program.statements[at] for at in before)}
    needed = {at for at in walk.kept[module] - before if not _is_older(program.statements[at], settled)}
    positions = needed | (set(chosen) - set(instead))
    bodies = [each for each in program.statements if not callers.isdisjoint(_named(each))]
    weight_fc = weight_chunks(program, [program.statements[at] for at in chosen], bodies)
    labels = frozenset(program.statements[at].label for at in chosen)
    found = (*chunks(walk, module, in_order(program, positions)), *instead.values())
    return CamCell(module, labels, found, weight_fc)


def _defined(statements: Iterable[Statement]) -> Iterator[str]:
    return (each.node.name for each in statements if isinstance(each.node, DEFINITIONS))


def _is_older(statement: Statement, settled: Collection[str]) -> bool:
    """Whether a statement that the targets do without binds what they settle: the last version counts."""
    return bool(statement.names.binds) and statement.names.binds.issubset(settled)


def _direct(program: Program, position: int, callers: Collection[str]) -> Chunk | None:
    """A call of what shows maps and needs nothing, in place of a call that may train first."""
    statement = program.statements[position]
    queue = [(call.func, call.lineno) for call in _calls(running([statement.node]))]
    if not any(is_heavy(program, path(function)) for function, _ in queue):
        return None
    seen = set[str]()
    for function, line in queue:
        name = path(function)
        if name in seen or name not in program.functions:
            continue
        seen.add(name)
        if (
            name in callers
            and name not in GRADED
            and not is_heavy(program, name)
            and not _needs(program, name)
        ):
            return Chunk(statement.label, line, f"{name}()")
        inner = (walk(each) for each in program.functions[name].node.body)
        queue += [(call.func, call.lineno) for nodes in inner for call in _calls(nodes)]
    return None


def _calls(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    return (node for node in nodes if isinstance(node, ast.Call))


def _needs(program: Program, function: str) -> bool:
    """Whether a function can't be called with nothing."""
    args = program.functions[function].node.args
    without = len(args.posonlyargs) + len(args.args) - len(args.defaults)
    return bool(without or None in args.kw_defaults)


def _callers(program: Program) -> frozenset[str]:
    """`returnCAM`, and the functions, classes and objects of these classes through which it is called."""
    users: dict[str, set[str]] = defaultdict(set)  # of each name that is called, those that call it
    found, classes = [MAP], set[str]()
    for statement in program.statements:
        node = statement.node
        if isinstance(node, DEFINITIONS) and node.name not in GRADED:
            classes |= {node.name} if isinstance(node, ast.ClassDef) else set()
            found += [node.name] if any(binds(part, WEIGHT) for part in walk(node)) else []
            for head in _called(walk(node)):
                users[head].add(node.name)
        elif isinstance(node, ast.Assign):
            made = _calls(running([node]))
            bound = {name for call in made if path(call.func).endswith("partial") for name in _handed(call)}
            bound |= _called(walk(node.value.body)) if isinstance(node.value, ast.Lambda) else set()
            for head in bound | (_called(running([node])) & classes):
                users[head] |= statement.names.binds
    for name in found:
        found += users[name] - set(found)
    return frozenset(found)


def _called(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that calls begin with, and those that they are handed, as `map(show, paths)` is.

    returnCAM is one of them where it is called as part of a module or an object.
    """
    nodes = [*nodes]
    made = [*calls(nodes), *calls(_in_lambdas(nodes))]
    heads = {call.path.split(".")[0] for call in made} | {n for call in _calls(nodes) for n in _handed(call)}
    return heads | {MAP for call in made if call.path.endswith(f".{MAP}")}


def _in_lambdas(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """What the functions without a name do that calls are handed."""
    for each in (each for call in _calls(nodes) for each in _arguments(call)):
        yield from walk(each.body) if isinstance(each, ast.Lambda) else ()


def _handed(call: ast.Call) -> Iterator[str]:
    yield from filter(None, map(root, _arguments(call)))


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _named(statement: Statement) -> Collection[str]:
    """The names of the functions, with or without one of their own, that a statement makes."""
    node = statement.node
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        return statement.names.binds
    return (getattr(node, "name", ""),)


def _uses(statement: Statement, callers: Iterable[str]) -> bool:
    if isinstance(statement.node, DEFINITIONS):
        return False
    return WEIGHT in statement.names.binds or not _called(running([statement.node])).isdisjoint(callers)


def _chosen(program: Program, users: list[int]) -> list[int]:
    """Those of the last cell, and of cells above it that show other pictures."""
    chosen: list[int] = []
    seen: set[str] = set()
    for label in dict.fromkeys(program.statements[at].label for at in reversed(users)):
        here = [at for at in users if program.statements[at].label == label]
        pictures = {name for line in program.statements[here[0]].lines for name in PICTURE.findall(line)}
        if not chosen or pictures - seen:
            chosen += here
            seen |= pictures
    return sorted(chosen)
