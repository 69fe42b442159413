"""A layer that can't be made as it is written: made otherwise, so that the rest of its network can be run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mending.edits import LONGEST, Mend, told, with_node, with_source
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Slice

NN = "__import__('torch').nn"


def makes_a_layer(statement: ast.stmt, function: ast.FunctionDef | None) -> TypeGuard[ast.Assign]:
    """Whether a constructor's statement gives the network a layer."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"))], value=ast.Call()):
            return function is not None and function.name == "__init__"
    return False


def mends(trouble: Trouble, slice: Slice, chunk: Chunk, statement: ast.Assign) -> Iterator[Mend]:
    """A layer made without an argument, with one that is missing, or else one that does nothing."""
    call = statement.value
    assert isinstance(call, ast.Call)
    for text in (*_tries(trouble, call), f"{NN}.Identity()"):
        words = f"`{told(call)}` read as `{text.replace(NN, 'nn')[:LONGEST]}`"
        source = with_node(chunk.source, call, text)
        yield Mend(with_source(slice, chunk, source), words)


def _tries(trouble: Trouble, call: ast.Call) -> Iterator[str]:
    if "missing" in trouble.message and trouble.names:
        given = [ast.keyword(name, ast.Constant(_neutral(call))) for name in trouble.names]
        yield ast.unparse(ast.Call(call.func, call.args, [*call.keywords, *given]))
    for at in reversed(range(len(call.keywords))):
        yield ast.unparse(ast.Call(call.func, call.args, [*call.keywords[:at], *call.keywords[at + 1 :]]))
    if len(call.args) > 1:
        yield ast.unparse(ast.Call(call.func, call.args[:-1], call.keywords))
        made = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if "Conv" in made or not made[:1].isupper():  # what is no convolution, nothing may apply
            yield f"{NN}.LazyConv2d({ast.unparse(call.args[1])}, 1)"


def _neutral(call: ast.Call) -> int:
    """A size of a kernel that a layer may have been meant to have and isn't known to: as small as can be."""
    return 2 if "Pool" in ast.unparse(call.func) else 1
