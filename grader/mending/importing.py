"""Slips in an import: a misspelt module or name, and what a library no longer has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending import libraries
from grader.mending.alike import alike
from grader.mending.edits import Mend, with_source
from grader.mending.removed import REMOVED, Removed
from grader.mending.trouble import Trouble, bound, tree
from grader.records.submission import Chunk, Module, Slice


def mends(trouble: Trouble, slice: Slice, module: Module, chunk: Chunk) -> Iterator[Mend]:
    node = next(iter(tree(chunk).body), None)
    if isinstance(node, ast.Import):
        yield from _module(slice, chunk, node.names[0].name, node.names[0])
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        alias = node.names[0]
        if removed := REMOVED.get((node.module, alias.name)):
            yield from _replaced(slice, chunk, f"{node.module}.{alias.name}", removed, alias)
        for other in alike(alias.name, libraries.holds(node.module) or _names_of(slice, node.module)):
            source = f"from {node.module} import {other} as {alias.asname or alias.name}"
            yield Mend(with_source(slice, chunk, source), f"{alias.name} read as {other}")
        for other in _modules_like(slice, node.module):
            source = ast.unparse(ast.ImportFrom(other, node.names, 0))
            yield Mend(with_source(slice, chunk, source), f"{node.module} read as {other}")


def _module(slice: Slice, chunk: Chunk, name: str, alias: ast.alias) -> Iterator[Mend]:
    for other in _modules_like(slice, name):
        bound_as = alias.asname or (name if "." not in name else "")
        source = f"import {other} as {bound_as}" if bound_as else f"import {other}"
        yield Mend(with_source(slice, chunk, source), f"{name} read as {other}")


def _modules_like(slice: Slice, name: str) -> list[str]:
    top, dot, rest = name.partition(".")
    own = [module.name.split(".")[0] for module in slice.modules]
    return [f"{other}{dot}{rest}" for other in alike(top, [*own, *libraries.modules()])]


def _names_of(slice: Slice, module: str) -> set[str]:
    own = (each for each in slice.modules if each.name == module)
    return {name for each in own for chunk in each.chunks for name in bound(chunk)}


def _replaced(slice: Slice, chunk: Chunk, what: str, removed: Removed, alias: ast.alias) -> Iterator[Mend]:
    if "{name}" in removed.code:
        source = removed.code.format(name=alias.asname or alias.name)
        words = f"{what}, gone since {removed.since}, read as {removed.instead}"
        yield Mend(with_source(slice, chunk, source), words)
