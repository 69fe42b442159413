"""Whether a call asks a function of the notebook for a model that holds VGG-16's weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import re2

from grader.intake.code.effects import path, running
from grader.intake.code.program import Program

Function = ast.FunctionDef | ast.AsyncFunctionDef

PRETRAINED = re2.compile(r"(?i)vgg|pre-?train")
SCRATCH = re2.compile(r"(?i)from scratch|(?:pre-?train\w*|\w*vgg\w*|backbone|weights)\s*=\s*(?:False|None)\b")
ASKS = re2.compile(r"(?i)vgg|pre-?train|backbone")  # the name of a parameter


def asks(program: Program, at: int) -> bool:
    """Whether a statement calls a function that gets a VGG-16, and not with an argument that says no."""
    nodes = running([program.statements[at].node])
    made = (node for node in nodes if isinstance(node, ast.Call))
    return any(_is_asked(function, call) for call in made for function in _called(program, call))


def _called(program: Program, call: ast.Call) -> Iterator[Function]:
    for at in program.binders.get(path(call.func), [])[-1:]:
        node = program.statements[at].node
        if isinstance(node, Function):
            yield node


def _is_asked(function: Function, call: ast.Call) -> bool:
    """What the call gives for the parameters that are about it; where there are none, what the body says."""
    given = _given(function, call)
    asking = [value for name, value in given.items() if ASKS.search(name)]
    if not asking:
        does = (
            each for each in function.body if not isinstance(each, ast.ClassDef)
        )  # a class can, and need not
        text = "\n".join(map(ast.unparse, does))
        return bool(PRETRAINED.search(text)) and not SCRATCH.search(text)
    return not all(isinstance(value, ast.Constant) and not value.value for value in asking)


def _given(function: Function, call: ast.Call) -> dict[str, ast.expr]:
    """The values of a function's parameters, as far as they can be seen."""
    arguments = function.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    found = dict(zip(names[::-1], arguments.defaults[::-1], strict=False))
    only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found |= {each.arg: value for each, value in only if value is not None}
    found |= dict(zip(names, call.args, strict=False))
    return found | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
