"""Which of the models a piece of code leads to: through functions, tables of classes, and their keys."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import re2

from grader.assignment import NETWORKS, NUMBERS
from grader.intake.code.effects import running
from grader.intake.code.names import walk
from grader.intake.code.program import Program

MODELS = {network.name: part for part, network in NETWORKS.items()}
MENTION = re2.compile(rf"(?i)FCN[\s_-]*({NUMBERS})|^({NUMBERS})s$")
LONGEST = 60  # characters of a key
MOST = 300  # names that are followed from one statement


def reached(program: Program, at: int) -> frozenset[str]:
    """The classes of models that a statement may use, by itself or through what it reads."""
    found, seen = set[str](), set[str]()
    wants = [(name, at) for name in program.statements[at].names.reads]
    while wants and len(seen) < MOST:
        name, time = wants.pop()
        if name in MODELS:
            found.add(name)
        if name in seen or name in MODELS or name in program.foreign:
            continue
        seen.add(name)
        for source in program.sources(name, time):
            names = program.statements[source].names
            wants += [(each, source) for each in (*names.reads, *names.later)]
    return frozenset(found)


def by_key(program: Program, at: int) -> str:
    """The part of the model that a statement names by a text, as in `build("fcn8s")`; "" where none."""
    texts = {text for node in running([program.statements[at].node]) for text in _texts(node)}
    keys = _keys(program) if texts else {}
    found = {part for text in texts if (part := _part(text, keys))}
    return found.pop() if len(found) == 1 else ""


def _part(text: str, keys: Mapping[str, set[str]]) -> str:
    if len(known := keys.get(text, set())) == 1:
        return MODELS[next(iter(known))]
    mention = MENTION.search(text) if len(text) <= LONGEST else None
    return f"fcn{mention[1] or mention[2]}s" if mention else ""


@lru_cache(maxsize=4)
def _keys(program: Program) -> dict[str, set[str]]:
    """For each text that stands for a class in a table, a decorator or a condition, those classes."""
    found: dict[str, set[str]] = defaultdict(set)
    for statement in program.statements:
        for node in walk(statement.node):
            for key, values in _entries(node):
                for text in _texts(key):
                    found[text] |= _classes(values)
    return {text: classes for text, classes in found.items() if classes}


def _entries(node: ast.AST) -> Iterator[tuple[ast.AST, Iterable[ast.AST]]]:
    """Keys, each with what it stands for."""
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from ((key, [value]) for key, value in zip(keys, values, strict=True) if key is not None)
        case ast.Call(keywords=keywords):
            yield from ((ast.Constant(one.arg), [one.value]) for one in keywords if one.arg)
        case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
            yield key, [value]
        case ast.ClassDef(name=name, decorator_list=decorators):
            yield from ((key, [ast.Name(name)]) for each in decorators for key in ast.walk(each))
        case ast.If(test=ast.Compare(comparators=[key]), body=body):
            yield key, body
        case ast.match_case(pattern=ast.MatchValue(value=key), body=body):
            yield key, body


def _texts(node: ast.AST) -> list[str]:
    """A text or a number that stands in code; a number says something only where it is somebody's key."""
    value = node.value if isinstance(node, ast.Constant) else None
    return [str(value)] if isinstance(value, str | int) and not isinstance(value, bool) else []


def _classes(nodes: Iterable[ast.AST]) -> set[str]:
    inside = (part for node in nodes for part in walk(node))
    return {part.id for part in inside if isinstance(part, ast.Name) and part.id in MODELS}
