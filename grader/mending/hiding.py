"""Attributes that have the name of a module's own method: after `self.train = True` nobody has the method."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.mending import libraries
from grader.mending.edits import Mend, attribute_span, with_source, with_text
from grader.mending.trouble import LARGEST, Trouble, tree
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice

MET = ("object is not callable", "'method' object", "'function' object")  # one in the place of the other


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """Another name for what a class keeps under that of a method; whoever calls it means the method."""
    if not any(said in trouble.message for said in MET) or len(chunk.source) > LARGEST:
        return
    nodes = list(ast.walk(tree(chunk)))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    own = [node for node in nodes if _is_own(node) and id(node) not in called]
    methods = libraries.methods()
    stored = {node.attr: node for node in own if isinstance(node.ctx, ast.Store) and node.attr in methods}
    for name, first in stored.items():
        spans = [span for node in own if node.attr == name and (span := attribute_span(name)(node))]
        words = f"`self.{name}`, which hides the method of that name, read as `self.{name}_`"
        source = with_text(chunk.source, spans, f"{name}_")
        made = Place(chunk.label, chunk.line + first.lineno - 1)
        yield Mend(with_source(slice, chunk, source), words, made=made)


def _is_own(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
