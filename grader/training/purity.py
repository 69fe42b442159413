"""Tell code whose networks compute the same however often, and whenever, they are called.

What a grading sees of a network says what it will do later only where nothing else can have a say: no
count of calls, no clock, no value kept from call to call, no patched library. The code's shape shows that,
by closed lists: what isn't known to be harmless isn't. Code of networks may build layers from torch and
call them; all other code may do more, but change nothing that the networks use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.assignment import NETWORKS
from grader.records.submission import Chunk, Slice
from grader.training.bindings import bound, uses
from grader.training.building import applied, binds, builds, called_there, used_at_once
from grader.training.flowing import flows
from grader.training.tameness import UNNAMED, Function, Names, OddError, borrows, tame


@dataclass(frozen=True, slots=True)
class Doubt:
    """What isn't known to be harmless, and where it stands."""

    what: str
    label: str
    line: int

    def __str__(self) -> str:
        return f"{self.what} ({self.label}, line {self.line})"


def doubt(slice: Slice) -> Doubt | None:
    """Return the first thing in a slice that keeps its networks from being known by a few calls, if any."""
    chunks = [chunk for module in slice.modules for chunk in module.chunks]
    others = [*slice.cam_cell, *slice.weight_fc]
    others += [chunk for ways in slice.copying.values() for way in ways for chunk in way.chunks]
    trees = [(chunk, ast.parse(chunk.source)) for chunk in (*chunks, *others)]
    try:
        names = _names(slice, [tree for _, tree in trees], uses([chunk.source for chunk, _ in trees]))
    except SyntaxError as error:  # that Python finds only where it makes scopes
        return Doubt(f"`{error.msg}`", chunks[0].label, error.lineno or 1)
    ours = _reached({network.name for network in NETWORKS.values()}, names)
    flow = _reached({"forward", *UNNAMED, *_held(ours, names)}, names)
    for chunk, tree in trees:
        try:
            _check(tree, names, flow, ours)
        except OddError as odd:
            return Doubt(odd.what, chunk.label, _line(chunk, odd.node))
    return None


def _line(chunk: Chunk, node: ast.AST) -> int:
    return chunk.line + getattr(node, "lineno", 1) - 1


def _names(slice: Slice, trees: list[ast.Module], used: Mapping[str, frozenset[str]]) -> Names:
    imports: dict[str, str] = {}
    functions: dict[str, tuple[Function, ...]] = {}
    classes, kept = {}, set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Import():
                imports |= {a.asname or a.name.partition(".")[0]: _bound(a) for a in node.names}
            case ast.ImportFrom():
                imports |= {
                    a.asname or a.name: f"{'.' * node.level}{node.module}.{a.name}" for a in node.names
                }
            case ast.FunctionDef():
                functions[node.name] = (*functions.get(node.name, ()), node)
            case ast.ClassDef():
                classes[node.name] = node
            case ast.Attribute(ctx=ast.Store()):
                kept.add(node.attr)
    modules = frozenset(m.name for m in slice.modules)
    return Names(modules, imports, functions, classes, frozenset(kept), bound(trees), used)


def _bound(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _reached(start: set[str], names: Names) -> frozenset[str]:
    """Return the names of what code of these names may call or read: of definitions, by any name it holds."""
    reached: set[str] = set()
    left = list(start)
    while left:
        name = left.pop()
        if name in reached:
            continue
        reached.add(name)
        left += names.uses.get(name, frozenset()) & names.bound.keys()
        for node in (inner for outer in _standing(name, names) for inner in ast.walk(outer)):
            for known in _mentioned(node):
                if known in names.functions or known in names.classes:
                    left.append(known)
    return frozenset(reached)


def _standing(name: str, names: Names) -> list[ast.AST]:
    """Return what a name stands for: functions, a class, statements that bind it."""
    found: list[ast.AST] = [*names.functions.get(name, ()), *names.bound.get(name, ())]
    return [*found, names.classes[name]] if name in names.classes else found


def _held(ours: frozenset[str], names: Names) -> Iterator[str]:
    """Yield the functions that code of these names holds as values: whatever keeps one may call it later."""
    for top in (top for name in ours for top in _standing(name, names)):
        called = called_there(top) | applied(top, names)
        for node in (node for node in ast.walk(top) if id(node) not in called):
            match node:
                case (
                    ast.Name(id=name, ctx=ast.Load())
                    | ast.Attribute(attr=name, ctx=ast.Load())
                    | ast.Constant(value=str(name))  # of getattr
                ) if name in names.functions:
                    yield name


def _mentioned(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
            yield name


def _check(tree: ast.Module, names: Names, flow: frozenset[str], ours: frozenset[str]) -> None:
    """Judge a statement of the slice: raises OddError."""
    definitions = (node for node in ast.walk(tree) if isinstance(node, Function | ast.ClassDef))
    defined = [definition for definition in definitions if definition.name in ours]
    read = [statement for name in ours for statement in names.bound.get(name, ()) if statement in tree.body]
    network = frozenset(id(inner) for node in (*defined, *read) for inner in ast.walk(node))
    for definition in defined:
        if isinstance(definition, Function) and definition.name in flow:
            flows(definition, names)
        if isinstance(definition, ast.ClassDef):
            binds(definition, names)
    borrows(tree, names, network)
    at_once = used_at_once(tree)
    called = called_there(tree)
    for node in ast.walk(tree):
        tame(node, names, tree)
        if id(node) in network:
            builds(node, names, at_once, called)
