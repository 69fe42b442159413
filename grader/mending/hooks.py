"""A hook that returns something, which takes the place of what its layer gives: read as one that only looks.

A guess: it counts only where a whole network runs with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from grader.mending.edits import Mend, told, with_node, with_source
from grader.mending.trouble import LARGEST, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

REGISTERS = ("register_forward_hook", "register_forward_pre_hook")
MOST = 4  # returns that are left out: each costs a run of the submission
Hook = ast.FunctionDef | ast.Lambda


def mends(slice: Slice) -> Iterator[Mend]:
    """What hooks return left out, one return after another."""
    yield from islice(_silenced(slice), MOST)


def _silenced(slice: Slice) -> Iterator[Mend]:
    chunks = [chunk for module in slice.modules for chunk in module.chunks if len(chunk.source) <= LARGEST]
    names = {name for chunk in chunks if "_hook" in chunk.source for name in _named(tree(chunk))}
    for chunk in chunks:
        for hook in _hooks(tree(chunk), names):
            yield from _without(slice, chunk, hook)


def _registered(parsed: ast.AST) -> Iterator[ast.expr]:
    """What is given to modules as hooks."""
    for node in ast.walk(parsed):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[hook, *_]) if name in REGISTERS:
                yield hook


def _named(parsed: ast.AST) -> Iterator[str]:
    """The names of functions that are hooks, or make them."""
    for hook in _registered(parsed):
        for node in ast.walk(hook):
            if isinstance(node, ast.Name | ast.Attribute):
                yield node.id if isinstance(node, ast.Name) else node.attr


def _hooks(parsed: ast.AST, names: set[str]) -> Iterator[Hook]:
    """The functions that are registered: by a name, made by a function of such a name, or as a lambda."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            inner = [each for each in ast.walk(node) if isinstance(each, Hook) and each is not node]
            yield from inner or [node]
    yield from (hook for hook in _registered(parsed) if isinstance(hook, ast.Lambda))


def _without(slice: Slice, chunk: Chunk, hook: Hook) -> Iterator[Mend]:
    """A hook without what it returns."""
    if isinstance(hook, ast.Lambda):
        changes = [(hook.body, f"({ast.unparse(hook.body)}, None)[1]")]
    else:
        returns = (node for node in ast.walk(hook) if isinstance(node, ast.Return) and node.value)
        changes = [(node.value, "None") for node in returns if node.value is not None]
    for value, text in changes:
        words = f"`{told(value)}`, which a hook gives back in the place of its layer's output, left out"
        made = Place(chunk.label, chunk.line + value.lineno - 1)
        yield Mend(
            with_source(slice, chunk, with_node(chunk.source, value, text)), words, made=made, whole=True
        )
