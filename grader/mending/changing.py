"""What changes something in place: an argument of a function, be it by another name, or anything."""

from __future__ import annotations

import ast
from functools import lru_cache

from grader.mending.carrying import Function

SHOWING = (  # what gives an array in another form, and copies none of it
    *("squeeze", "reshape", "view", "ravel", "transpose", "permute", "swapaxes", "moveaxis"),
    *("detach", "numpy", "asarray", "from_numpy", "as_tensor"),
)


def changes_an_argument(node: ast.AST, function: Function) -> bool:
    """Whether it changes what an argument of the function holds, and does not bind its name anew."""
    arguments = _views(function)
    if isinstance(node, ast.AugAssign):
        return owner(node.target) in arguments
    if isinstance(node, ast.Assign):
        return any(isinstance(each, ast.Subscript) and owner(each) in arguments for each in node.targets)
    if isinstance(node, ast.keyword):
        return node.arg == "out" and owner(node.value) in arguments
    changed = _changed_by_method(node)
    return changed is not None and owner(changed) in arguments


@lru_cache(maxsize=16)
def _views(function: Function) -> frozenset[str]:
    """The arguments of a function, and the names of what shows a part of one."""
    names = {argument.arg for argument in (*function.args.posonlyargs, *function.args.args)}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _shown(value) in names:
                names.add(name)
    return frozenset(names)


def _shown(node: ast.expr) -> str:
    """The name of what an expression shows without copying it."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Subscript(value=value) | ast.Attribute(value=value):
            return _shown(value)
        case ast.Call(func=ast.Attribute(value=ast.Name("np" | "torch"), attr=word), args=[given, *_]):
            return _shown(given) if word in SHOWING else ""
        case ast.Call(func=ast.Attribute(value=value, attr=word)):
            return _shown(value) if word in SHOWING else ""
    return ""


def _changed_by_method(node: ast.AST) -> ast.expr | None:
    """What a call's method changes in place; None where it is no such call."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    method = node.func.attr
    in_place = method in ("sort", "fill", "put", "partition", "resize") or method.endswith("_")
    return node.func.value if in_place else None


def owner(node: ast.AST) -> str:
    """The name that an attribute, a part or a method's result belongs to."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def spoils(node: ast.AST, _: Function) -> bool:
    """Whether it changes anything in place."""
    if isinstance(node, ast.Assign):
        return any(isinstance(each, ast.Subscript) for each in node.targets)
    return isinstance(node, ast.AugAssign) or _changed_by_method(node) is not None
