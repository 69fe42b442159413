"""Layers in a list where they are to stand one by one, or one by one where they are to stand in a list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mending.edits import LONGEST, Mend, attribute_span, told, with_source, with_text
from grader.mending.trouble import Trouble, on_line, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

CHAIN, LIST = "Sequential", "ModuleList"  # the one takes layers one by one, the other a list of them
NO_LAYER = "is not a Module subclass"
TOGETHER = tuple(f"{kind} {NO_LAYER}" for kind in ("list", "tuple", "generator", "map", "filter"))
UNORDERED = f"dict {NO_LAYER}"  # a chain takes an ordered one
COLLECTIONS = "__import__('collections')."
ORDERED = f"{COLLECTIONS}OrderedDict("
APART = f"{LIST}.__init__() takes from 1 to 2 positional arguments"
UNCALLED = f'Module [{LIST}] is missing the required "forward" function'


def unpacked(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Yield the changes by which layers stand as a sequence takes them, with all that are alike at once."""
    said = trouble.message
    if said.startswith(TOGETHER):
        yield from _around(trouble, slice, chunk, CHAIN, ("*", ""))
    if said.startswith(UNORDERED):
        yield from _around(trouble, slice, chunk, CHAIN, (ORDERED, ")"))
    if APART in said:
        yield from _around(trouble, slice, chunk, LIST, ("[", "]"))
    if UNCALLED in said:
        yield from _chained(slice, chunk)


def _around(
    trouble: Trouble, slice: Slice, chunk: Chunk, kind: str, texts: tuple[str, str]
) -> Iterator[Mend]:
    """Yield the change that puts texts around what a sequence is made of, and around what is like it."""
    for call in (node for node in on_line(trouble, chunk) if _is(node, kind)):
        made = [node for node in ast.walk(tree(chunk)) if _is(node, kind)]
        alike = [each for each in made if _key(each) == _key(call)]
        given = ", ".join(map(told, call.args))[:LONGEST]
        words = f"`{given}` read as `{texts[0].removeprefix(COLLECTIONS)}{given}{texts[1]}`"
        yield Mend(with_source(slice, chunk, _with(chunk.source, alike, texts)), words)


def _chained(slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Yield the change that makes a chain of each list of layers which is called as if it were one."""
    nodes = list(ast.walk(tree(chunk)))
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    made = [
        (node, node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and _is(node.value, LIST) and ast.unparse(node.targets[0]) in called
    ]
    if made:
        lists = [value for _, value in made]
        names = [attribute for value in lists if (attribute := attribute_span(LIST)(value.func))]
        source = with_text(_with(chunk.source, lists, ("*", "")), names, CHAIN)
        place = Place(chunk.label, chunk.line + made[0][0].lineno - 1)
        words = f"`{ast.unparse(lists[0].func)}` read as `nn.{CHAIN}`, which can be called"
        yield Mend(with_source(slice, chunk, source), words, made=place)


def _with(source: str, calls: list[ast.Call], texts: tuple[str, str]) -> str:
    """A text with others around the arguments of calls; from the last one on, so that places hold."""
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset), reverse=True):
        first, last = call.args[0], call.args[-1]
        end, end_column = (last.end_lineno or last.lineno) - 1, last.end_col_offset or 0
        source = with_text(source, [(end, end_column, end_column)], texts[1])
        source = with_text(source, [(first.lineno - 1, first.col_offset, first.col_offset)], texts[0])
    return source


def _is(node: ast.AST, kind: str) -> TypeGuard[ast.Call]:
    """Whether a sequence is made, of something."""
    if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.GeneratorExp):
        return False
    return ast.unparse(node.func).rpartition(".")[2] == kind


def _key(call: ast.Call) -> tuple[bool, str]:
    """Whether a sequence is made of one thing, and its name or kind, whatever part of it is taken."""
    match call.args[0]:
        case ast.Subscript(value=value) | (ast.Name() as value) | ast.Call(func=value):
            return len(call.args) == 1, ast.unparse(value)
    return len(call.args) == 1, type(call.args[0]).__name__
