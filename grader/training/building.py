"""What code of the networks may do: build layers and call them, keep nothing else from call to call."""

from __future__ import annotations

import ast

from grader.training.bindings import top
from grader.training.tameness import (
    ELSEWHERE,
    HELD,
    PASSING,
    PASSING_METHODS,
    SETTABLE,
    TAKEN,
    TAKING,
    Names,
    OddError,
    dotted_path,
)

CLASS_NODES = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Expr, ast.Pass)
JUDGED = frozenset(("forward", "extra_repr"))  # of what a module has


def builds(node: ast.AST, names: Names, at_once: frozenset[int], called: frozenset[int]) -> None:
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


def binds(definition: ast.ClassDef, names: Names) -> None:
    """Refuse what gives a class a method otherwise than by a `def` of its name, by which it is judged."""
    for statement in definition.body:
        if not isinstance(statement, CLASS_NODES):
            raise OddError(statement, f"`{type(statement).__name__.lower()}` in a class")
        stored = [node for node in top(statement) if isinstance(node, ast.Name)]
        bound = [node.id for node in stored if isinstance(node.ctx, ast.Store)]
        bound += [statement.name] if isinstance(statement, ast.ClassDef) else []
        for name in bound:
            if name in TAKEN | HELD | JUDGED or name in names.functions or name.startswith("__"):
                raise OddError(statement, f"`{name}` bound anew in a class")


def called_there(tree: ast.AST) -> frozenset[int]:
    """Return what is called where it stands, and what is but a step on the way to something else."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=value) | ast.Attribute(value=value):
                found.add(id(value))
    return frozenset(found)


def applied(tree: ast.AST, names: Names) -> frozenset[int]:
    """Return what is given to a module's own `apply`, which calls it there and then."""
    if "apply" in names.functions or "apply" in names.kept:
        return frozenset()
    return frozenset(
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "apply" and len(node.args) == 1
    )


def used_at_once(tree: ast.Module) -> frozenset[int]:
    """Return what is gone through where it stands: by a loop, or into a list."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.For(iter=value) | ast.comprehension(iter=value) | ast.Starred(value=value):
                found.add(id(value))
            case ast.Call(func=ast.Name(id=name), args=[value, *more]) if name in TAKING:
                found |= {id(value), *map(id, more if id(node) in found or name in PASSING else ())}
    return frozenset(found)
