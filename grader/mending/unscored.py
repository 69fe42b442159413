"""A layer of scores that is neither made nor applied: what it would be given goes on as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.diagnosis.payers import LAYERS, LineName
from grader.mending import own
from grader.mending.edits import Mend, with_node, with_source
from grader.mending.forgotten import N_CLASS, NN, TABLES, code, constructors, with_layer
from grader.mending.keys import as_written
from grader.records.submission import Chunk, Slice
from reference.architecture import Conv


def mends(slice: Slice, chunk: Chunk, values: Iterable[ast.expr], given: int) -> Iterator[Mend]:
    """Values of so many channels, each read as what the assignment's layer of scores makes of it."""
    values = list(values)
    for its, owner, constructor in constructors(slice):
        layer = _layer(owner, constructor, given) if its is chunk else None
        for value in values if layer else ():
            assert layer is not None
            name = f"{layer.role}_" if layer.role in own.handled(owner) else layer.role
            scored = with_node(chunk.source, value, f"self.{name}({ast.unparse(value)})")
            made = f"self.{name} = {NN}.{code(layer, own.classes(constructor) or str(N_CLASS))}"
            order = [*own.read(owner), name]
            if source := with_layer(replace(chunk, source=scored), constructor, order, name, made):
                told = f"`{as_written(ast.unparse(value))}`, which has {given} channels"
                words = f"{told}, read as the assignment's {layer.role} of it"
                lines: tuple[LineName, ...] = ("build", LAYERS[layer.role].line)
                yield Mend(with_source(slice, chunk, source), words, lines=lines, whole=True)


def _layer(owner: ast.ClassDef, constructor: ast.FunctionDef, given: int) -> Conv | None:
    """The layer that makes scores of so many channels in a network of the assignment's, if it isn't made."""
    layers = TABLES[owner.name](N_CLASS).convs() if owner.name in TABLES else ()
    alike = [each for each in layers if not each.transposed and (each.inputs, each.kernel) == (given, 1)]
    made = sum(_is_alike(node, given) for node in ast.walk(constructor))
    scores = (each for each in alike if each.outputs == N_CLASS)
    return next(scores, None) if made < len(alike) else None


def _is_alike(node: ast.AST, given: int) -> bool:
    """Whether a call makes a convolution of so many channels, with a kernel of 1."""
    match node:
        case ast.Call(args=[ast.Constant(value=inputs), *rest], keywords=named):
            kernel = [*rest[1:2], *(each.value for each in named if each.arg == "kernel_size")]
            return inputs == given and any(ast.unparse(each) in ("1", "(1, 1)") for each in kernel)
    return False
