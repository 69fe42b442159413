"""Slips in the arguments of a function: one that is missing, one too many, one that nobody gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignment import GRADIENTS, MAP
from grader.mending.edits import Mend, Span, with_source, with_text
from grader.mending.trouble import Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

ASKED = {MAP: ("feature_conv", "weight_fc", "idx"), GRADIENTS: ("model", "image", "idx")}


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes of a function's arguments that may end a trouble which its message tells of."""
    message, name = trouble.message, function_of(trouble)
    if "positional argument" not in message:
        return
    if "given" in message:
        yield from _with_self(slice, chunk, name)
        yield from _as_asked(slice, chunk, name)
    yield from _without_self(slice, chunk, name)
    if "required positional argument" in message:
        yield from _with_defaults(trouble, slice, chunk)


def function_of(trouble: Trouble) -> str:
    """The function that a message begins with: `FCN8s.forward() takes ...`."""
    return trouble.message.split("(")[0].rpartition(".")[2]


def functions(chunk: Chunk, name: str) -> list[ast.FunctionDef]:
    """The functions and methods of a name."""
    nodes = ast.walk(tree(chunk))
    return [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]


def _with_self(slice: Slice, chunk: Chunk, method: str) -> Iterator[Mend]:
    """The method with the argument that all methods begin with."""
    for node in functions(chunk, method):
        if node.col_offset and "self" not in [argument.arg for argument in node.args.args]:
            span = _before_arguments(chunk, node)
            source = with_text(chunk.source, [span], "self, " if node.args.args else "self")
            words = f"{method} without self read as {method}(self, ...)"
            yield Mend(with_source(slice, chunk, source), words, Place(chunk.label, chunk.line + span[0]))


def _without_self(slice: Slice, chunk: Chunk, name: str) -> Iterator[Mend]:
    """A function that stands in no class without the argument that methods begin with."""
    for node in tree(chunk).body:
        match node:
            case ast.FunctionDef(args=ast.arguments(args=[ast.arg(arg="self") as own, after, *_])):
                if node.name == name and own.lineno == after.lineno:
                    span = (own.lineno - 1, own.col_offset, after.col_offset)
                    place = Place(chunk.label, chunk.line + node.lineno - 1)
                    words = f"{name}(self, ...) read as {name}(...), since it is no method"
                    yield Mend(with_source(slice, chunk, with_text(chunk.source, [span], "")), words, place)


def _as_asked(slice: Slice, chunk: Chunk, name: str) -> Iterator[Mend]:
    """A graded function with the arguments that it is called with, where it has some of them."""
    asked = ASKED.get(name, ())
    for node in functions(chunk, name):
        own, rest = node.args.args, iter(asked)
        if own and len(own) < len(asked) and all(each.arg in rest for each in own):
            place, names = Place(chunk.label, chunk.line + node.lineno - 1), ", ".join(asked)
            span = (own[0].lineno - 1, own[0].col_offset, own[-1].end_col_offset or 0)
            if own[0].lineno == own[-1].lineno:
                words = f"{name}({', '.join(each.arg for each in own)}) read as {name}({names})"
                yield Mend(with_source(slice, chunk, with_text(chunk.source, [span], names)), words, place)


def _before_arguments(chunk: Chunk, node: ast.FunctionDef) -> Span:
    line = chunk.source.split("\n")[node.lineno - 1].encode()
    at = line.index(b"(", node.col_offset) + 1
    return node.lineno - 1, at, at


def _with_defaults(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The function without need of the arguments that it is not given."""
    for node in functions(chunk, function_of(trouble)):
        missing = [argument for argument in node.args.args if argument.arg in trouble.names]
        ends = [(each.end_lineno or 0, each.end_col_offset or 0) for each in missing]
        if missing and missing == node.args.args[-len(missing) :]:
            source = with_text(chunk.source, [(line - 1, end, end) for line, end in ends], "=None")
            words = f"{', '.join(argument.arg for argument in missing)}, which nobody gives, read as None"
            place = Place(chunk.label, chunk.line + node.lineno - 1)
            yield Mend(with_source(slice, chunk, source), words, place)
