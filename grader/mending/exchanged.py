"""A convolution that is made with its channels exchanged: as many come out as it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.diagnosis.payers import LAYERS, LineName
from grader.mending.edits import Mend, with_node, with_source
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice
from reference.architecture import fcn8s

WIDTHS = {(layer.inputs, layer.outputs): LAYERS[layer.role].line for layer in fcn8s().convs()}


def mends(
    slice: Slice, chunk: Chunk, makers: Iterable[ast.Call], inputs: int, outputs: int, given: int
) -> Iterator[Mend]:
    """The calls that may make it with its channels exchanged, where that is one of the assignment's.

    `inputs` and `outputs` are those of the layer as it is, `given` the channels that it is applied to. Its
    own line is lost beside "build".
    """
    if given != outputs or (given, inputs) not in WIDTHS:
        return
    lines: tuple[LineName, ...] = ("build", WIDTHS[given, inputs])
    for call in makers:
        first, second = call.args[:2]
        if _are(first, second, inputs, outputs):
            made = ast.unparse(call)
            text = ast.unparse(ast.Call(call.func, [second, first, *call.args[2:]], call.keywords))
            place = Place(chunk.label, chunk.line + call.lineno - 1)
            source = with_node(chunk.source, call, text)
            words = f"`{made}`, which is given {given} channels, read as `{text}`"
            yield Mend(with_source(slice, chunk, source), words, made=place, lines=lines, whole=True)


def _are(first: ast.expr, second: ast.expr, inputs: int, outputs: int) -> bool:
    """Whether two arguments are these numbers; one of them may be a name for it."""
    pairs = (first, inputs), (second, outputs)
    told = [node.value == number for node, number in pairs if isinstance(node, ast.Constant)]
    named = [node for node, _ in pairs if isinstance(node, ast.Name | ast.Attribute)]
    return bool(told) and all(told) and len(told) + len(named) == len(pairs)
