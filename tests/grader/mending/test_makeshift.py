"""A layer that can't be made is made with less, with what is missing, or as one that does nothing."""

from __future__ import annotations

import ast

import pytest

from grader.mending.makeshift import makes_a_layer, mends
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Module, Slice

CLASS = "class FCN8s(nn.Module):\n    def {}(self):\n        {}"


def made(code: str, name: str = "__init__") -> tuple[ast.stmt, ast.FunctionDef, Chunk]:
    chunk = Chunk("cell 3", 1, CLASS.format(name, code))
    function = next(node for node in ast.walk(ast.parse(chunk.source)) if isinstance(node, ast.FunctionDef))
    return function.body[0], function, chunk


@pytest.mark.parametrize(
    ("code", "message", "first", "last"),
    [
        ("self.a = nn.Conv2d(3, 64)", "missing 1 argument: 'kernel_size'", "kernel_size=1)", "Identity()"),
        ("self.a = nn.MaxPool2d()", "missing 1 argument: 'kernel_size'", "kernel_size=2)", "Identity()"),
        ("self.a = nn.Conv2d(3, 64, 3, pad=1)", "unexpected", "self.a = nn.Conv2d(3, 64, 3)", "Identity()"),
        ("self.a = conv(3, 64)", "name 'conv' is not defined", "self.a = conv(3)", "Identity()"),
    ],
)
def test_the_nearest_layer_comes_first(code: str, message: str, first: str, last: str) -> None:
    """And one that does nothing last."""
    statement, function, chunk = made(code)
    assert makes_a_layer(statement, function)

    slice = Slice((Module("submission", (chunk,)),))
    found = [
        each.slice.modules[0].chunks[0].source
        for each in mends(Trouble("E", message, None), slice, chunk, statement)
    ]

    assert found[0].endswith(first) and found[-1].endswith(last)


@pytest.mark.parametrize(("code", "name"), [("self.a = nn.ReLU()", "forward"), ("a = nn.ReLU()", "__init__")])
def test_elsewhere_no_layer_is_made(code: str, name: str) -> None:
    """In a forward pass, or for nobody to keep."""
    statement, function, _ = made(code, name)

    assert not makes_a_layer(statement, function)
