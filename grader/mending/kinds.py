"""A test of a layer's kind that fails since the layer is of another: read as a test for both."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, function_at, with_node, with_source
from grader.mending.trouble import LARGEST, Trouble, line_in, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

NN = "__import__('torch').nn"
FOLLOW = ("IndexError", "KeyError", "AssertionError", "UnboundLocalError", "StopIteration")
FAMILIES = {  # what a cause begins with that tells of a layer of another kind -> the kinds
    "pool": ("MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveMaxPool2d", "AdaptiveAvgPool2d"),
    "activation": ("ReLU", "LeakyReLU", "PReLU", "ReLU6", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh"),
    "dropout": ("Dropout2d", "Dropout", "AlphaDropout", "FeatureAlphaDropout"),
}


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of a test of a layer's kind that may end what follows where a layer is of another."""
    function = function_at(tree(chunk), line_in(trouble, chunk)) if trouble.kind in FOLLOW else None
    made = _called(slice) if function is not None else set()
    nodes = ast.walk(function) if function is not None else iter(())
    for node in (each for each in nodes if isinstance(each, ast.expr)):
        for kind in _asked(node):
            name = ast.unparse(kind).rpartition(".")[2]
            for cause, other in _others(name, made):
                source = with_node(chunk.source, node, _widened(node, kind, other))
                place = Place(chunk.label, chunk.line + node.lineno - 1)
                words = f"a test for {name} read as one for {other} too"
                yield Mend(with_source(slice, chunk, source), words, made=place, shown=(cause,))


def _asked(node: ast.expr) -> Iterator[ast.expr]:
    """The kinds that a test asks for: `isinstance(m, nn.ReLU)`, `type(m) is nn.ReLU`."""
    match node:
        case ast.Call(func=ast.Name("isinstance"), args=[_, kinds]):
            yield from kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
        case ast.Compare(
            ast.Call(ast.Name("type")), [ast.Is() | ast.Eq() | ast.IsNot() | ast.NotEq()], [kind]
        ):
            yield kind


def _widened(node: ast.expr, kind: ast.expr, other: str) -> str:
    """A test that asks for another kind too."""
    kinds = f"({ast.unparse(kind)}, {NN}.{other})"
    if isinstance(node, ast.Compare):
        negated = isinstance(node.ops[0], ast.IsNot | ast.NotEq)
        return f"({ast.unparse(node.left)} {'not in' if negated else 'in'} {kinds})"
    assert isinstance(node, ast.Call)
    return f"isinstance({ast.unparse(node.args[0])}, ({ast.unparse(node.args[1])}, {NN}.{other}))"


def _others(kind: str, made: set[str]) -> Iterator[tuple[str, str]]:
    """The other kinds of a kind's family that the submission makes, with the family's cause."""
    for cause, family in FAMILIES.items():
        yield from ((cause, other) for other in family if kind in family and other != kind and other in made)


def _called(slice: Slice) -> set[str]:
    chunks = [chunk for module in slice.modules for chunk in module.chunks if len(chunk.source) <= LARGEST]
    calls = (node for chunk in chunks for node in ast.walk(tree(chunk)) if isinstance(node, ast.Call))
    return {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
