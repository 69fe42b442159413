"""Targets that are defined within a function or a class: how they can be had at the top.

Out of a function they are lifted, with what they need there. A function that is called once and given nothing
is read as if its statements stood in its place. One that a target depends on stands for the target, where it
returns it. What a class holds is taken from it, or from an object of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import re2

from grader.intake.code.effects import path
from grader.intake.code.lifting import Function, Nest, gives, is_called_alone, needed, nest
from grader.intake.code.names import FUNCTIONS
from grader.intake.code.statements import Source, Statement

Sources = tuple[Source, ...]
BOUND = {"staticmethod", "classmethod"}  # decorators of methods that need no object


@dataclass(frozen=True, slots=True)
class Site:
    """Where a target is defined: in which file, in which of its texts and of their statements."""

    file: int
    source: Source
    statement: Statement
    nest: Nest


def unnested(files: Sequence[Sources], missing: Iterable[str]) -> list[Sources]:
    """The texts of each file, with the targets at the top that nothing there binds."""
    found = list(files)
    for target in missing:
        sites = list(_sites(found, target))
        found = _raised(found, target, sites[-1]) if sites else found
    return found


def _sites(files: Sequence[Sources], target: str) -> Iterator[Site]:
    for number, sources in enumerate(files):
        for source in (source for source in sources if target in source.text):
            for statement in source.parsed[0]:
                if target in statement.text and (found := nest(statement.node, target)):
                    yield Site(number, source, statement, found)


def _raised(files: Sequence[Sources], target: str, site: Site) -> list[Sources]:
    """The texts with a target at the top, as far as that can be done."""
    function = site.nest.function
    if function is None:
        return _taken(files, target, site)
    nodes = [statement.node for statement in _statements(files)]
    if function is site.statement.node and is_called_alone(nodes, function.name):
        return _with(files, site.source, replace(site.source, opens=site.source.opens | {function.name}))
    if needed(site.nest) is not None:
        return _with(files, site.source, replace(site.source, lifts=site.source.lifts | {target}))
    if function is site.statement.node and gives(function, target):
        return [tuple(named(each, function.name, target) for each in sources) for sources in files]
    return list(files)


def _statements(files: Iterable[Sources]) -> list[Statement]:
    return [statement for sources in files for source in sources for statement in source.parsed[0]]


def _with(files: Sequence[Sources], old: Source, new: Source) -> list[Sources]:
    return [tuple(new if each is old else each for each in sources) for sources in files]


def named(source: Source, name: str, target: str) -> Source:
    """A text in which a name is read as another."""
    if name not in source.text:
        return source
    return source.rewritten(re2.sub(rf"\b{name}\b", target, source.text))


# --- in classes -------------------------------------------------------------------------------------


def _taken(files: Sequence[Sources], target: str, site: Site) -> list[Sources]:
    """The texts with a target bound to what a class at the top holds."""
    if site.statement.node is not site.nest.scopes[0] or any(
        isinstance(scope, FUNCTIONS) for scope in site.nest.scopes
    ):
        return list(files)
    owner = ".".join(scope.name for scope in site.nest.scopes)
    node, source = site.nest.node, site.source
    if isinstance(node, ast.ClassDef) or _is_free(node):
        return _with(files, source, added(source, f"{target} = {owner}.{target}"))
    made = list(_objects(files[site.file], owner))
    if made:
        last, name = made[-1]
        return _with(files, last, added(last, f"{target} = {name}.{target}"))
    outer = site.nest.scopes[-1]
    assert isinstance(outer, ast.ClassDef)
    new = f"{owner}()" if _needs_nothing(outer) else f"{owner}.__new__({owner})"
    return _with(files, source, added(source, f"{target} = {new}.{target}"))


def _is_free(node: Function) -> bool:
    return any(isinstance(each, ast.Name) and each.id in BOUND for each in node.decorator_list)


def _objects(sources: Sources, owner: str) -> Iterator[tuple[Source, str]]:
    """The names that objects of a class are given at the top, each with the text it stands in."""
    for source in sources:
        for statement in source.parsed[0]:
            match statement.node:
                case ast.Assign(targets=[ast.Name(name)], value=ast.Call(func=func)) if path(func) == owner:
                    yield source, name


def _needs_nothing(owner: ast.ClassDef) -> bool:
    """Whether objects of a class are made of nothing."""
    for node in owner.body:
        if isinstance(node, FUNCTIONS) and node.name == "__init__":
            arguments = node.args
            plain = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
            return plain <= 1 and None not in arguments.kw_defaults
    return not owner.bases


def added(source: Source, line: str) -> Source:
    """A text with one line more."""
    return source.rewritten(f"{source.text}\n{line}")
