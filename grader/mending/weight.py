"""The last cell with the weight of the fc layer of the kit's network, wherever it takes another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignment import MAP, WEIGHT
from grader.mending.edits import with_node
from grader.mending.trouble import tree
from grader.records.submission import Chunk, Slice

NETWORK, PRETRAINED = "resnet18", "pretrained=True"
RIGHT = f"__import__('CAM.resnet', fromlist=['{NETWORK}']).{NETWORK}({PRETRAINED}).fc.weight.detach().numpy()"
LARGEST = 20_000  # characters of a statement that is changed


def with_right_weight(slice: Slice) -> tuple[Chunk, ...]:
    """Return the cell's statements that take a weight, each with the right one instead."""
    small = (chunk for chunk in slice.cam_cell if len(chunk.source) <= LARGEST)
    return tuple(changed for chunk in small if (changed := _changed(chunk)) != chunk)


def _changed(chunk: Chunk) -> Chunk:
    source, found = chunk.source, list(_taken(tree(chunk)))
    inside = {id(each) for node, _ in found for each in ast.walk(node) if each is not node}
    outermost = [(node, text) for node, text in found if id(node) not in inside]
    for node, text in sorted(outermost, key=lambda pair: (-pair[0].lineno, -pair[0].col_offset)):
        source = with_node(source, node, text)
    return Chunk(chunk.label, chunk.line, source)


def _taken(parsed: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield what is taken for the weight, and each network that knows nothing, with what is right instead."""
    for node in ast.walk(parsed):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == WEIGHT:
                yield value, RIGHT
            case ast.Call(func=ast.Name(id=name), args=[_, weight, *_]) if name == MAP:
                yield weight, RIGHT
            case ast.Call(func=ast.Name(id=name)) if name == NETWORK and PRETRAINED not in ast.unparse(node):
                yield node, f"{NETWORK}({PRETRAINED})"
