"""What raises and can't be mended is left out, as little of it as possible; what is judged then lacks it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeGuard

from grader.assignment import MAP
from grader.mending import makeshift, plain_sums
from grader.mending.edits import LONGEST, Mend, function_at, statement_at, told, with_node, with_source
from grader.mending.trouble import Trouble, bound, chunks_at, line_in, tree
from grader.records.submission import Chunk, Slice

SIMPLE = ast.Expr | ast.Assert | ast.Raise
STUCK = "TimeoutError"  # what code raises that does not end
MISFITS = ("match the broadcast shape", "must match the size of tensor")
RESHAPED = ("is invalid for input of size", "cannot reshape array")
KERNELS = ("layer.groups", "layer.kernel")  # what shows of a layer that a bilinear kernel does not fit
SPARED = (*KERNELS, "copy.")  # and of a value that a constructor does not write
UNBOUND = ("NameError", "UnboundLocalError")
FIRST = 12  # ways to shorten a statement that are tried before a plain sum stands in for it


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes that leave out what raises, the smallest first."""
    parsed, line = tree(chunk), line_in(trouble, chunk)
    function = function_at(parsed, line)
    if trouble.kind == STUCK:
        yield from _unlooped(slice, chunk, function or parsed, line)
    statement = statement_at(function or parsed, line)
    if statement is None:  # the head of a loop, a condition
        yield from _uncalled(slice, chunk, parsed, function)
        return
    if isinstance(statement, SIMPLE):
        if misfits(trouble):
            yield _suppressed(slice, chunk, statement, trouble.kind)
        yield from _one_less(slice, chunk, statement)
    if makeshift.makes_a_layer(statement, function):
        yield from makeshift.mends(trouble, slice, chunk, statement)
        return
    names = names_in(function) if function else set()
    if function and function.name == MAP and binds(statement, given_to(function)):
        yield from _one_less(slice, chunk, statement)
    if function and MAP in bound(chunk) and trouble.names and trouble.kind in UNBOUND:
        yield from plain_sums.bound_before(slice, chunk, statement, trouble.names[0], function)
    shorter = _shorter(slice, chunk, statement, names, _given_back(statement, function))
    yield from islice(shorter, FIRST)
    yield from plain_sums.instead(slice, chunk, line)
    yield from shorter
    if function and isinstance(statement, ast.Assign) and not names.isdisjoint(_stored(statement)):
        source = with_node(chunk.source, statement.value, "None")
        words = f"`{told(statement.value)}` read as None"
        yield Mend(with_source(slice, chunk, source), words, whole=True)
    yield from _uncalled(slice, chunk, parsed, function)


def guards(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """The code's own check of a size that stops it, left out: it is judged by what the network does.

    A check of the network's layers tells of what they are.
    """
    for _, chunk in chunks_at(slice, trouble.place):
        statement = statement_at(tree(chunk), line_in(trouble, chunk))
        if isinstance(statement, ast.Assert | ast.Raise) and not _is_about_layers(statement):
            yield from _one_less(slice, chunk, statement)


def _is_about_layers(statement: ast.stmt) -> bool:
    read = {each.id for each in ast.walk(statement) if isinstance(each, ast.Name)}
    return not read.isdisjoint({"self", "isinstance", "type"})


def given_to(function: ast.FunctionDef) -> set[str]:
    """The names of a function's arguments."""
    return {each.arg for each in function.args.args}


def binds(node: ast.AST, names: set[str]) -> TypeGuard[ast.Assign]:
    """Whether a statement gives one of these names a value that is not made of the one that it had."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
            return all(getattr(each, "id", "") != name for each in ast.walk(value))
    return False


def _stored(statement: ast.Assign) -> set[str]:
    return {target.id for target in statement.targets if isinstance(target, ast.Name)}


def _unlooped(slice: Slice, chunk: Chunk, tree: ast.AST, line: int) -> Iterator[Mend]:
    """The loops that a line lies in left out, the innermost first."""
    for node in reversed(_loops(tree, line)):
        head = ast.unparse(node).split("\n")[0][:LONGEST]
        yield Mend(with_source(slice, chunk, with_node(chunk.source, node, "pass")), f"`{head}` left out")


def _loops(tree: ast.AST, line: int) -> list[ast.While | ast.For]:
    """The loops that a line lies in, the innermost last."""
    loops = (node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For))
    return [node for node in loops if node.lineno <= line <= (node.end_lineno or 0)]


def _one_less(slice: Slice, chunk: Chunk, statement: ast.stmt) -> Iterator[Mend]:
    source = with_node(chunk.source, statement, "pass")
    yield Mend(with_source(slice, chunk, source), f"`{told(statement)}` left out")


def misfits(trouble: Trouble) -> bool:
    """Whether a value does not fit what it is written into, which others of a loop may do."""
    return any(words in trouble.message for words in MISFITS)


def spared(trouble: Trouble, slice: Slice) -> Iterator[Mend]:
    """What a loop writes left out where it does not fit, as a constructor does that loads VGG-16."""
    for _, chunk in chunks_at(slice, trouble.place) if _is_too_large(trouble) else ():
        parsed, line = tree(chunk), line_in(trouble, chunk)
        statement = statement_at(parsed, line)
        if statement is not None and _writes(statement) and _loops(parsed, line):
            yield replace(_suppressed(slice, chunk, statement, trouble.kind), whole=True, shown=SPARED)


def _is_too_large(trouble: Trouble) -> bool:
    return misfits(trouble) or any(words in trouble.message for words in RESHAPED)


def _writes(statement: ast.stmt) -> bool:
    """Whether a statement writes into something, and binds no name."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return isinstance(statement, ast.Expr) or (
        bool(targets) and all(isinstance(each, ast.Subscript | ast.Attribute) for each in targets)
    )


def _suppressed(slice: Slice, chunk: Chunk, statement: ast.stmt, kind: str) -> Mend:
    source = ast.unparse(statement)
    guarded = with_node(chunk.source, statement, f"with __import__('contextlib').suppress({kind}): {source}")
    return Mend(with_source(slice, chunk, guarded), f"`{told(statement)}` left out where it raises")


# --- an operation less ------------------------------------------------------------------------------


def expressions(statement: ast.AST) -> Iterator[ast.expr]:
    """The operations in a statement."""
    kinds = ast.Call | ast.BinOp | ast.Subscript | ast.Attribute
    yield from (node for node in ast.walk(statement) if isinstance(node, kinds) and _is_loaded(node))


def _is_loaded(node: ast.expr) -> bool:
    return not isinstance(getattr(node, "ctx", None), ast.Store)


def names_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function binds, its arguments too."""
    nodes = list(ast.walk(function))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _given_back(statement: ast.stmt, function: ast.FunctionDef | None) -> set[str]:
    """What a forward pass must not come to return: its own input, with no layer of the network before it."""
    if not isinstance(statement, ast.Return) or function is None or function.name != "forward":
        return set()
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.Name))
    bound_anew = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return given_to(function) - bound_anew


def _shorter(
    slice: Slice, chunk: Chunk, statement: ast.stmt, names: set[str], never: set[str]
) -> Iterator[Mend]:
    """A statement with an operation less; the whole of it is `never` one of these names."""
    whole = statement.value if isinstance(statement, ast.Return) else None
    for node in expressions(statement):
        for text in (*_with_fewer(node), *operands(node, names)):
            if node is whole and text in never:
                continue
            source = with_node(chunk.source, node, text)
            words = f"`{told(node)}` read as `{text[:LONGEST]}`"
            yield Mend(with_source(slice, chunk, source), words, whole=True)


def _with_fewer(node: ast.expr) -> Iterator[str]:
    """A call without its last argument, by keyword or by place."""
    joins = isinstance(node, ast.Call) and any(isinstance(each, ast.Tuple | ast.List) for each in node.args)
    if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > 1 and not joins:
        keywords = node.keywords[:-1]
        args = node.args if node.keywords else node.args[:-1]
        yield ast.unparse(ast.Call(node.func, args, keywords))


def operands(node: ast.expr, names: set[str]) -> Iterator[str]:
    """The values that an operation is applied to."""
    parts: list[ast.expr] = []
    match node:
        case ast.Call(func=ast.Attribute(value=value), args=args):
            parts = [value, *args, *_begun_by(value)]
        case ast.Call(args=args):
            parts = args
        case ast.BinOp(left=left, right=right):
            parts = [left, right]
        case ast.Subscript(value=value) | ast.Attribute(value=value):
            parts = [value]
    lists = [part.elts if isinstance(part, ast.Tuple | ast.List) else [part] for part in parts]
    inner = [each for parts in lists for each in parts]
    for part in inner:
        read = {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
        alone = isinstance(part, ast.Name) and part.id == "self" and not isinstance(node, ast.Attribute)
        if read & names and not alone:
            yield ast.unparse(part) if isinstance(part, ast.Name | ast.Call) else f"({ast.unparse(part)})"


def _begun_by(value: ast.expr) -> Iterator[ast.expr]:
    """What a chain of calls began with: `x` of `x.detach().cpu()`."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
        yield value


def _uncalled(
    slice: Slice, chunk: Chunk, parsed: ast.Module, function: ast.FunctionDef | None
) -> Iterator[Mend]:
    """The constructor without a call of one of the other methods, where one of these raises."""
    if function is None or function.name in ("__init__", "forward"):
        return
    nodes = [
        node for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    ]
    for statement in (each for node in nodes for each in node.body):
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="self")))):
                yield from _one_less(slice, chunk, statement)
