"""What a class binds to itself, and what it reads of that."""

from __future__ import annotations

import ast
from typing import TypeGuard


def is_own(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Whether it is an attribute of `self`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def stored(owner: ast.AST) -> list[str]:
    """The names of the attributes that a class gives itself, in their order."""
    return _attributes(owner, ast.Store)


def read(owner: ast.AST) -> list[str]:
    """The names of its own attributes that a class reads, in their order."""
    return _attributes(owner, ast.Load)


def _attributes(owner: ast.AST, context: type[ast.expr_context]) -> list[str]:
    nodes = [node for node in ast.walk(owner) if is_own(node) and isinstance(node.ctx, context)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.attr for node in nodes))


def bindings(constructor: ast.FunctionDef) -> dict[str, ast.Assign]:
    """The statements of a constructor that bind an attribute, by its name."""
    found = {}
    for statement in constructor.body:
        if isinstance(statement, ast.Assign) and is_own(target := statement.targets[0]):
            found[target.attr] = statement
    return found
