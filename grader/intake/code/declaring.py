"""The one line that declares a number: in a list, under a name, or given to code of the submission's own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

import re2

from grader.intake.code.listing import rows
from grader.intake.code.parsing import parse
from grader.records.reason import Place

WORD = re2.compile(r"[\w.]+")
NUMBER = re2.compile(r"\d+(?:\.\d+)?")
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
HANDS_ON = {"__init__", "partial"}  # what is given to these goes to code of the submission's own


def numbers(text: str) -> set[str]:
    """The numbers that stand in a text as words of their own."""
    words = (word.group() for word in WORD.finditer(text))
    return {word for word in words if NUMBER.fullmatch(word)}


def tabled(texts: Mapping[str, str], label: str, found: set[str]) -> Place | None:
    """Return the one line where a list or a constant holds the numbers; None where several do, or a line
    that computes with them."""
    lines = rows(texts, label)
    return _only(label, lines, range(1, len(lines) + 1), found, _tables(parse("\n".join(lines))[0]))


def declared(texts: Mapping[str, str], name: str, found: set[str]) -> Place | None:
    """Return the one line of a network's own definition that sets the numbers, by an argument too."""
    parsed = {label: parse("\n".join(rows(texts, label)))[0] for label in texts if name in texts[label]}
    nodes = [(label, node) for label, body in parsed.items() for node in body if _binds(node, name)]
    if not nodes:
        return None
    label, node = nodes[-1]
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    own = {name for text in texts.values() for name in _defined(text)} | HANDS_ON
    held = {*_tables([node]), *_given(node, own)}
    return _only(label, rows(texts, label), range(first, (node.end_lineno or first) + 1), found, held)


def _only(
    label: str, lines: list[str], among: Iterable[int], found: set[str], held: Iterable[int]
) -> Place | None:
    """Return the line that holds the numbers, where no other one does and it is one of those held."""
    written = [number for number in among if found <= numbers(lines[number - 1].partition("#")[0])]
    return Place(label, written[0]) if len(written) == 1 and written[0] in set(held) else None


def _binds(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(bound)]):
            return bound == name
    return isinstance(node, DEFINITIONS) and node.name == name


def _defined(text: str) -> Iterator[str]:
    """Yield the names of the functions and classes that a text defines."""
    nodes = (node for statement in parse(text)[0] for node in ast.walk(statement))
    yield from (node.name for node in nodes if isinstance(node, DEFINITIONS))


def _given(node: ast.stmt, own: set[str]) -> Iterator[int]:
    """Yield the lines of constants that are given to code of the submission's own, or are defaults there."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and _called(each) in own:
            yield from _lines((*each.args, *(keyword.value for keyword in each.keywords)))
        elif isinstance(each, ast.arguments):
            yield from _lines((*each.defaults, *each.kw_defaults))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def _tables(statements: Iterable[ast.stmt]) -> Iterator[int]:
    """Yield the lines of constants that stand in a list or get a name, but for those of a computation."""
    for node in (node for statement in statements for node in ast.walk(statement)):
        match node:
            case ast.Dict(values=values):
                yield from _lines(values)
            case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
                yield from _lines(values)
            case ast.Assign(value=value) | ast.AnnAssign(value=value):
                yield from _lines((value,))


def _lines(values: Iterable[ast.expr | None]) -> Iterator[int]:
    return (each.lineno for each in values if isinstance(each, ast.Constant))
