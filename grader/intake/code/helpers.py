"""Code that doesn't parse though a target needs it: a helper that nothing else defines."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import re2

from grader.assignment import GRADED
from grader.intake.code.names import walk
from grader.intake.code.statements import Source, Statement

BEGINS = re2.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*=[^=]")
Binders = Mapping[str, Sequence[Statement]]


def broken_helpers(sources: Sequence[Source]) -> dict[int, str]:
    """The positions of texts in which such a helper begins, each with the first target that needs it."""
    begun = {name: at for at, source in enumerate(sources) for name in _begun(source)}
    if not begun:
        return {}
    binders = defaultdict[str, list[Statement]](list)
    for each in (each for source in sources for each in source.parsed[0]):
        for name in each.names.binds:
            binders[name].append(each)
    found = dict[int, str]()
    for target in GRADED:
        for name in _needed(target, binders):
            if name in begun and all(map(_is_import, binders.get(name, ()))):
                found.setdefault(begun[name], target)
    return found


def _begun(source: Source) -> Iterator[str]:
    """The names that code of a text which does not parse begins to bind, but for targets."""
    for one in source.parsed[1]:
        match = BEGINS.match(one.first_line) if one.reason.startswith("does not parse") else None
        if match and (name := match[1] or match[2]) not in GRADED:
            yield name


def _needed(target: str, binders: Binders) -> Iterator[str]:
    """The names that a target reads, and what binds these, and so on."""
    seen, wants = set[str](), [target]
    while wants:
        name = wants.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        for each in binders.get(name, ()):
            wants += [*each.names.reads, *each.names.later, *_taken(each, binders)]


def _taken(statement: Statement, binders: Binders) -> Iterator[str]:
    """The names that a statement takes from modules: conv of `from a import conv as c`, and of `a.conv`."""
    if isinstance(statement.node, ast.ImportFrom):
        yield from (alias.name for alias in statement.node.names)
    for part in walk(statement.node):
        match part:
            case ast.Attribute(value=ast.Name(module), attr=name) if any(
                map(_is_import, binders.get(module, ()))
            ):
                yield name


def _is_import(statement: Statement) -> bool:
    return isinstance(statement.node, ast.Import | ast.ImportFrom)
