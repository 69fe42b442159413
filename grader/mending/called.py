"""Layers that a container gets without a name, or by one that it does not take: a number, one with a dot."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, attribute_span, told, with_source, with_text
from grader.mending.trouble import Trouble, on_line, tree
from grader.records.submission import Chunk, Slice

ADDING = ("add", "add_module")  # what other libraries call it, and what takes a name first
UNNAMED = (
    "'Sequential' object has no attribute 'add'",
    "'ModuleList' object has no attribute 'add'",
    "add_module() missing 1 required positional argument: 'module'",
)
NO_NAME = ("module name should be a string", "module name can")  # a number; one with a dot
KEY = ("str(", ").replace('.', '_')")
KEYS = ("{str(k).replace('.', '_'): layer for k, layer in dict(", ").items()}")
Insertion = tuple[int, int, str]  # line and byte, from 0, and what is put there


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes by which a container takes layers, all that are alike at once."""
    here = [node for node in on_line(trouble, chunk) if isinstance(node, ast.Call) and node.args]
    if any(said in trouble.message for said in UNNAMED):
        yield from _appended(here, slice, chunk)
    if any(said in trouble.message for said in NO_NAME):
        yield from _named(here, slice, chunk)


def _appended(here: list[ast.Call], slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Yield `layers.add(layer)` and the like read as `layers.append(layer)`."""
    for func in (call.func for call in here if len(call.args) == 1):
        if isinstance(func, ast.Attribute) and func.attr in ADDING:
            nodes = [node for node in ast.walk(tree(chunk)) if isinstance(node, ast.Attribute)]
            alike = [node for node in nodes if ast.unparse(node) == ast.unparse(func)]
            spans = [span for node in alike if (span := attribute_span(func.attr)(node))]
            words = f"`{ast.unparse(func)}` read as `{ast.unparse(func.value)}.append`"
            yield Mend(with_source(slice, chunk, with_text(chunk.source, spans, "append")), words)


def _named(here: list[ast.Call], slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Yield names that are made texts without dots, where layers get them and where they are read."""
    for call in here:
        if ast.unparse(call.func).endswith("ModuleDict"):
            nodes = list(ast.walk(tree(chunk)))
            assigned = [node for node in nodes if isinstance(node, ast.Assign) and node.lineno == call.lineno]
            held = {ast.unparse(target) for node in assigned for target in node.targets}
            parts = [node for node in nodes if isinstance(node, ast.Subscript)]
            read = [node.slice for node in parts if ast.unparse(node.value) in held]
            changes = [*_around(call.args[0], KEYS), *(each for key in read for each in _around(key, KEY))]
            yield Mend(
                with_source(slice, chunk, _with(chunk.source, changes)),
                f"the keys of `{told(call)}` read as texts without dots",
            )
        elif isinstance(call.func, ast.Attribute) and call.func.attr in ("add_module", "register_module"):
            source = _with(chunk.source, list(_around(call.args[0], KEY)))
            name = told(call.args[0])
            yield Mend(with_source(slice, chunk, source), f"`{name}` read as a text without dots")


def _around(node: ast.expr, texts: tuple[str, str]) -> Iterator[Insertion]:
    yield node.lineno - 1, node.col_offset, texts[0]
    yield (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0, texts[1]


def _with(source: str, changes: list[Insertion]) -> str:
    """A text with others put into it, from the last one on, so that places hold."""
    for line, at, text in sorted(changes, reverse=True):
        source = with_text(source, [(line, at, at)], text)
    return source
