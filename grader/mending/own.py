"""What a class binds to itself, and what it reads of that."""

from __future__ import annotations

import ast
import builtins
from typing import TypeGuard

BUILTINS = frozenset(dir(builtins))
WEIGHTLESS = ("relu", "drop", "norm", "bn")  # what no convolution is called: `relu_conv1_1` is none


def is_own(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Whether it is an attribute of `self`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def is_weightless(name: str) -> bool:
    """Whether an attribute is called what no convolution is."""
    return any(word in name.lower() for word in WEIGHTLESS)


def stored(owner: ast.AST) -> list[str]:
    """The names of the attributes that a class gives itself, in their order."""
    return _attributes(owner, ast.Store)


def read(owner: ast.AST) -> list[str]:
    """The names of its own attributes that a class reads, in their order."""
    return _attributes(owner, ast.Load)


def handled(owner: ast.AST) -> set[str]:
    """The names of its own attributes that a class applies, lists, or hands to functions of the code."""
    parts = (part for node in ast.walk(owner) for part in _used(node))
    return {part.attr for part in parts if is_own(part)}


def _used(node: ast.AST) -> list[ast.expr]:
    """What is called, listed or handed on, as layers are."""
    match node:
        case ast.Call(func=ast.Attribute() as function, args=[_, *_] as args) if is_own(function):
            return [function, *args]
        case ast.Call(func=ast.Name(id=name), args=args) if name not in BUILTINS:
            return list(args)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return parts
    return []


def _attributes(owner: ast.AST, context: type[ast.expr_context]) -> list[str]:
    nodes = [node for node in ast.walk(owner) if is_own(node) and isinstance(node.ctx, context)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.attr for node in nodes))


def defined(owner: ast.ClassDef) -> set[str]:
    """The names of a class's methods."""
    return {node.name for node in owner.body if isinstance(node, ast.FunctionDef)}


def every_binding(constructor: ast.FunctionDef) -> list[ast.Attribute]:
    """The attributes that a constructor's own statements bind, each as often as it is bound."""
    targets = (node.targets[0] for node in constructor.body if isinstance(node, ast.Assign))
    return [target for target in targets if is_own(target)]


def bindings(constructor: ast.FunctionDef) -> dict[str, ast.Assign]:
    """The statements of a constructor that bind an attribute, by its name."""
    found = {}
    for statement in constructor.body:
        if isinstance(statement, ast.Assign) and is_own(target := statement.targets[0]):
            found[target.attr] = statement
    return found


def classes(constructor: ast.FunctionDef) -> str:
    """What a constructor names the number of classes: what says so, else its first argument; "" for none."""
    given = [*constructor.args.posonlyargs, *constructor.args.args][1:] + constructor.args.kwonlyargs
    names = [argument.arg for argument in given]
    return next((name for name in names if "class" in name.lower()), names[0] if names else "")
