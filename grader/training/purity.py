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
from grader.training.bindings import bound, constant, uses
from grader.training.tameness import (
    ELSEWHERE,
    HELD,
    IN_FORWARD,
    METHODS,
    PASSING,
    PASSING_METHODS,
    READABLE,
    SETTABLE,
    TAKEN,
    TAKING,
    TENSORS,
    UNNAMED,
    Names,
    OddError,
    borrows,
    dotted_path,
    tame,
)

Function = ast.FunctionDef

FLOW_NODES = (
    *(Function, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AnnAssign, ast.Expr, ast.For, ast.If),
    *(ast.IfExp, ast.Pass, ast.Call, ast.keyword, ast.Starred, ast.Attribute, ast.Name, ast.Constant),
    *(ast.Tuple, ast.List, ast.Subscript, ast.Slice, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
    ast.expr_context,
)
PLAIN_TEST = (ast.UnaryOp, ast.Not, ast.Attribute, ast.Name, ast.Constant, ast.Load)


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
    flow = _reached({"forward", *UNNAMED}, names)
    ours = _reached({network.name for network in NETWORKS.values()}, names)
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
        nodes: list[ast.AST] = list(names.functions.get(name, ()))
        nodes += [names.classes[name]] if name in names.classes else []
        nodes += names.bound.get(name, ())
        left += names.uses.get(name, frozenset()) & names.bound.keys()
        for node in (inner for outer in nodes for inner in ast.walk(outer)):
            for known in _mentioned(node):
                if known in names.functions or known in names.classes:
                    left.append(known)
    return frozenset(reached)


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
            _flows(definition, names)
    borrows(tree, names, network)
    at_once = _used_at_once(tree)
    called = _called(tree)
    for node in ast.walk(tree):
        tame(node, names, tree)
        if id(node) in network:
            _builds(node, names, at_once, called)


# --- what code of the networks may do -------------------------------------------------------------------


def _builds(node: ast.AST, names: Names, at_once: frozenset[int], called: frozenset[int]) -> None:
    """Refuse what could be kept from call to call, other than layers."""
    match node:
        case ast.Yield() | ast.YieldFrom() | ast.Lambda() | ast.GeneratorExp() if id(node) not in at_once:
            raise OddError(node, f"`{type(node).__name__.lower()}`")
        case ast.Name(id=name, ctx=ast.Load()) if (
            name in ELSEWHERE - {"getattr"} and name not in names.imports
        ):
            raise OddError(node, f"`{name}`")
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in PASSING | PASSING_METHODS:
            if id(node) not in at_once:
                raise OddError(node, f"`{name}` whose items are taken elsewhere")
        case ast.Attribute(attr=attr) if attr.startswith("register_"):
            raise OddError(node, f"`.{attr}`")
        case ast.Attribute(attr=attr, ctx=ast.Load()) if attr in HELD and id(node) not in called:
            if not (_own_layer(node, names) or dotted_path(node, names).startswith("torch.nn.functional.")):
                raise OddError(node, f"`.{attr}` that is called elsewhere")
        case ast.Call(func=ast.Name(id="print"), keywords=more) if any(
            one.arg not in ("end", "sep") for one in more
        ):
            raise OddError(node, "`print` to something")
        case ast.Call(func=ast.Name(id="type"), args=[_, _, *_]):
            raise OddError(node, "`type` that makes a class")
        case ast.Assign(targets=targets, value=value):
            kept = any(
                isinstance(target, ast.Attribute) and target.attr not in SETTABLE for target in targets
            )
            if kept and any(_is_tensor(part, names) for part in ast.walk(value)):
                raise OddError(node, "a tensor kept beside the parameters")
        case ast.FunctionDef(name=name) if name in TAKEN:
            raise OddError(node, f"`{name}` defined anew")


def _own_layer(node: ast.Attribute, names: Names) -> bool:
    """Whether it is an attribute that a network set on itself, or a method of its own."""
    own = isinstance(node.value, ast.Name) and node.value.id == "self"
    return own and (node.attr in names.kept or node.attr in names.functions) and node.attr not in TAKEN


def _is_tensor(node: ast.AST, names: Names) -> bool:
    dotted = dotted_path(node, names) if isinstance(node, ast.expr) else ""
    return dotted.startswith("torch.") and not dotted.startswith("torch.nn")


def _called(tree: ast.Module) -> frozenset[int]:
    """Return what is called where it stands, and what is but a step on the way to something else."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=value) | ast.Attribute(value=value):
                found.add(id(value))
    return frozenset(found)


def _used_at_once(tree: ast.Module) -> frozenset[int]:
    """Return what is gone through where it stands: by a loop, or into a list."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.For(iter=value) | ast.comprehension(iter=value) | ast.Starred(value=value):
                found.add(id(value))
            case ast.Call(func=ast.Name(id=name), args=[value, *more]) if name in TAKING:
                found |= {id(value), *map(id, more if id(node) in found or name in PASSING else ())}
    return frozenset(found)


def _flows(function: Function, names: Names) -> None:
    """Refuse what a forward pass could be different by, from call to call."""
    for name in sorted(names.uses.get(function.name, frozenset()) & names.bound.keys()):
        if not all(map(constant, names.bound[name])):
            raise OddError(function, f"`{name}`, made elsewhere, in the forward pass")
    for node in ast.walk(function):
        if not isinstance(node, FLOW_NODES):
            raise OddError(node, f"`{type(node).__name__.lower()}` in the forward pass")
        match node:
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                raise OddError(node, "something kept by the forward pass")
            case ast.Name(id="getattr"):
                raise OddError(node, "`getattr` in the forward pass")
            case ast.If(test=test) | ast.IfExp(test=test):
                if not all(isinstance(part, PLAIN_TEST) for part in ast.walk(test)):
                    raise OddError(node, "a condition in the forward pass")
            case ast.Attribute():
                _flow_attribute(node, names)


def _flow_attribute(node: ast.Attribute, names: Names) -> None:
    dotted = dotted_path(node, names)
    if dotted:
        if (not dotted.startswith("torch.nn") and dotted not in IN_FORWARD) or dotted.endswith("_"):
            raise OddError(node, f"`{dotted}` in the forward pass")
    elif node.attr not in READABLE | METHODS | names.kept - TENSORS and node.attr not in names.functions:
        raise OddError(node, f"`.{node.attr}` in the forward pass")
