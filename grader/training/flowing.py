"""What a forward pass may do, so that it is the same from call to call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.training.bindings import constant
from grader.training.tameness import (
    HELD,
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
# Builtins that let what a value is say what is computed: a recording on the meta device has no values.
TELLING = frozenset(("getattr", "str", "bool", "sorted", "any", "all"))
NUMBERS = frozenset(("int", "float", "max", "min"))  # so do these, of more than sizes
SIZES = ("shape", "ndim")
CHAINED = 8  # names that may be made of one another, each of the one before
VALUES = frozenset(("weight", "bias"))  # of a layer: a network's own attribute of this name is no reason
PLAIN_TEST = (ast.UnaryOp, ast.Not, ast.Attribute, ast.Name, ast.Constant, ast.Load)


def flows(function: Function, names: Names) -> None:
    """Refuse what a forward pass could be different by, from call to call."""
    for name in sorted(names.uses.get(function.name, frozenset()) & names.bound.keys()):
        if not all(map(constant, names.bound[name])):
            raise OddError(function, f"`{name}`, made elsewhere, in the forward pass")
    sizes, plainly = _sizes(function), _plainly_read(function)
    ours = {*names.functions, *names.classes, *names.imports, *_bound_in(function)}
    read = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    own_sizes = read & {*SIZES, "size"} & {*names.functions, *names.kept}
    for node in ast.walk(function):
        if not isinstance(node, FLOW_NODES):
            raise OddError(node, f"`{type(node).__name__.lower()}` in the forward pass")
        match node:
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                raise OddError(node, "something kept by the forward pass")
            case ast.Name(id=name) if name in TELLING:
                raise OddError(node, f"`{name}` in the forward pass")
            case ast.Name(id=name) if name in {*NUMBERS, "len"} and (name in ours or id(node) not in plainly):
                raise OddError(node, f"`{name}` for something else in the forward pass")
            case ast.Call(func=ast.Name(id=name)) if name in NUMBERS and (
                own_sizes or not _is_size(node, sizes)
            ):
                raise OddError(node, f"`{name}` of more than sizes in the forward pass")
            case ast.keyword(arg="out"):
                raise OddError(node.value, "`out` in the forward pass")
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
    elif node.attr not in READABLE | METHODS | (names.kept | {*names.functions}) - TENSORS - HELD - VALUES:
        raise OddError(node, f"`.{node.attr}` in the forward pass")


def _plainly_read(function: Function) -> set[int]:
    """Return the ids of what stands there to be called, or as an annotation."""
    nodes = list(ast.walk(function))
    noted = [getattr(node, "annotation", None) for node in nodes] + [function.returns]
    told = [part for note in noted if note is not None for part in ast.walk(note)]
    return {id(node) for node in (*told, *(node.func for node in nodes if isinstance(node, ast.Call)))}


def _bound_in(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name


def _sizes(function: Function) -> frozenset[str]:
    """Return the names that nothing but sizes is ever given to."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for name in (part for target in node.targets for part in ast.walk(target)):
                if isinstance(name, ast.Name):
                    given.setdefault(name.id, []).append(node.value)
        elif isinstance(node, ast.For | ast.arg | ast.AnnAssign):
            named = (
                [node.arg]
                if isinstance(node, ast.arg)
                else [part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)]
            )
            for one in named:
                given.setdefault(one, []).append(ast.Name("", ast.Load()))
    found = frozenset[str]()
    for _ in range(CHAINED):
        found = frozenset(name for name, values in given.items() if all(_is_size(v, found) for v in values))
    return found


def _is_size(node: ast.expr, sizes: frozenset[str]) -> bool:
    """Whether an expression is made of the sizes of tensors and of numbers that stand there."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in sizes
        case ast.Attribute(attr=attr):
            return attr in SIZES
        case ast.Call(func=ast.Attribute(attr="size") | ast.Name(id="len")):
            return True
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in NUMBERS:
            return all(_is_size(each, sizes) for each in args)
        case ast.BinOp(left=left, right=right):
            return _is_size(left, sizes) and _is_size(right, sizes)
        case ast.UnaryOp(operand=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            return _is_size(value, sizes)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(_is_size(each, sizes) for each in parts)
    return False
