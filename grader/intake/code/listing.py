"""Which loop goes around a line, and the list that it goes through: where one is too many, or too few."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.intake.code.parsing import parse
from grader.records.reason import Place

LEAST = 3  # entries of what is looped through: a pair is none


def listed(texts: Mapping[str, str], place: Place) -> Place | None:
    """Return where what the loops around a place go through is written, else the head of the innermost.

    A function that loops through what it is given is followed to the lines that call it.
    """
    around = loops(texts, place)
    through: list[ast.AST] = [loop.iter for loop in around]
    for caller in place.callers if around else ():
        through += [node for node in _nodes(texts, caller.label) if getattr(node, "lineno", 0) == caller.line]
    names = dict.fromkeys(name for node in through for name in _names(node))
    labels = dict.fromkeys((place.label, *(caller.label for caller in place.callers), *texts))
    tables = (table for name in names for label in labels for table in _tables(texts, label, name))
    return next(tables, Place(place.label, around[0].lineno) if around else None)


def loops(texts: Mapping[str, str], place: Place) -> list[ast.For]:
    """The loops around a place, the innermost first."""
    around = (
        node
        for node in _nodes(texts, place.label)
        if isinstance(node, ast.For) and node.lineno < place.line <= (node.end_lineno or 0)
    )
    return sorted(around, key=lambda node: -node.lineno)


def rows(texts: Mapping[str, str], label: str) -> list[str]:
    """The lines of a cell or a file."""
    return texts.get(label, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _nodes(texts: Mapping[str, str], label: str) -> Iterator[ast.AST]:
    return (node for statement in parse("\n".join(rows(texts, label)))[0] for node in ast.walk(statement))


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names and the attributes that are read in a node."""
    for each in ast.walk(node):
        match each:
            case ast.Name(name) | ast.Attribute(attr=name):
                yield name


def _tables(texts: Mapping[str, str], label: str, name: str) -> Iterator[Place]:
    """Yield the lines where a name is given a list of some length."""
    for node in _nodes(texts, label):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
                if name in _bound(target) and _is_list(value):
                    yield Place(label, node.lineno)


def _bound(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(name) | ast.Attribute(attr=name):
            yield name


def _is_list(value: ast.expr | None) -> bool:
    match value:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
            return len(parts) >= LEAST or any(map(_is_list, parts))
        case ast.Constant(str(text)) | ast.Call(ast.Attribute(ast.Constant(str(text)), "split")):
            return len(text.split()) >= LEAST or len(text.split(",")) >= LEAST
    return False
