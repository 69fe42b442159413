"""Layers in a plain list, which the network does not know: read as if they were in an nn.ModuleList."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.diagnosis.causes import because
from grader.mending.edits import with_node, with_source
from grader.mending.trouble import LARGEST, tree
from grader.records.reason import Place, Reason
from grader.records.submission import Chunk, Slice

LINE = "gradients"  # of the rubric: nothing trains such layers
NN = "__import__('torch').nn"
HOLDERS = {"ModuleList": ast.List | ast.ListComp | ast.Tuple, "ModuleDict": ast.Dict | ast.DictComp}


class Held(NamedTuple):
    """A slice in which a network knows the layers of an attribute, and what holds them then."""

    slice: Slice
    attribute: str
    holder: str
    place: Place


def mends(slice: Slice) -> Iterator[Held]:
    """The changes by which a network gets to know layers that it keeps in a list or a dictionary."""
    chunks = (chunk for module in slice.modules for chunk in module.chunks if "class " in chunk.source)
    for chunk in (each for each in chunks if len(each.source) <= LARGEST):
        for node in ast.walk(tree(chunk)):
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self")) as own], value=value):
                    for kind in (kind for kind, types in HOLDERS.items() if isinstance(value, types)):
                        if _may_hold_layers(chunk, own, value):
                            yield _held(slice, chunk, own, value, kind)


def _may_hold_layers(chunk: Chunk, own: ast.Attribute, value: ast.expr) -> bool:
    """Whether something of a class is made in a list, or appended to an empty one."""
    made = [ast.unparse(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)]
    empty = ast.unparse(value) in ("[]", "{}")
    return any(name.rpartition(".")[2][:1].isupper() for name in made) or (
        empty and f"{ast.unparse(own)}.append(" in chunk.source
    )


def _held(slice: Slice, chunk: Chunk, own: ast.Attribute, value: ast.expr, kind: str) -> Held:
    source = with_node(chunk.source, value, f"{NN}.{kind}({ast.unparse(value)})")
    place = Place(chunk.label, chunk.line + value.lineno - 1)
    return Held(with_source(slice, chunk, source), ast.unparse(own), f"nn.{kind}", place)


def reason(made: Sequence[Held]) -> Reason:
    """What is wrong with lists in which a network keeps layers."""
    got, want = ", ".join(each.attribute for each in made), made[0].holder
    return because(
        "gradients.held", got=got, want=want, actual="no parameters", expected=want, place=made[0].place
    )
