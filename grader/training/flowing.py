"""What a forward pass may do, so that it is the same from call to call."""

from __future__ import annotations

import ast

from grader.training.bindings import constant
from grader.training.tameness import (
    IN_FORWARD,
    METHODS,
    READABLE,
    TENSORS,
    Function,
    Names,
    OddError,
    dotted_path,
)

FLOW_NODES = (
    *(Function, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AnnAssign, ast.Expr, ast.For, ast.If),
    *(ast.IfExp, ast.Pass, ast.Call, ast.keyword, ast.Starred, ast.Attribute, ast.Name, ast.Constant),
    *(ast.Tuple, ast.List, ast.Subscript, ast.Slice, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
    ast.expr_context,
)
PLAIN_TEST = (ast.UnaryOp, ast.Not, ast.Attribute, ast.Name, ast.Constant, ast.Load)


def flows(function: Function, names: Names) -> None:
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
