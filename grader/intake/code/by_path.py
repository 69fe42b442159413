"""Files that are imported by their path: read as imports by the names that they have here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import re2

from grader.intake.code.excerpts import replaced
from grader.intake.code.executed import executed
from grader.intake.code.magics import FILE, run_name
from grader.intake.code.names import walk
from grader.intake.code.parsing import UNPARSABLE

NOTEBOOKS = re2.compile(r"\bipynb\.fs\.(?:full|defs)\.")  # the package in which its library finds notebooks
SPEC, SOURCE, LOADER, RUNS = "spec_from_file_location", "load_source", "SourceFileLoader", "run_path"
IMPORT = "__import__('importlib').import_module('{name}')"
PLACES = ("location", "path", "path_name")
FIND = f"(__import__('importlib.util').util.find_spec('{{name}}') or {IMPORT})"  # which raises
NAMES = f"dict(vars({IMPORT}))"


def by_name(text: str) -> str:
    """A text with imports by name, every line where it was; a notebook goes by its own."""
    text = NOTEBOOKS.sub("", text) if "ipynb" in text else text
    if not any(each in text for each in (SPEC, SOURCE, LOADER, RUNS)):
        return text
    try:
        parsed = ast.parse(text)
    except UNPARSABLE:
        return text
    known = dict(_texts(parsed))
    lines = text.split("\n")
    taken_in = {id(part) for node in parsed.body if executed(node) for part in walk(node)}
    calls = [node for node in walk(parsed) if isinstance(node, ast.Call) and id(node) not in taken_in]
    for call in sorted(calls, key=lambda node: (-node.lineno, -node.col_offset)):
        if instead := _instead(call, known):
            lines = replaced(lines, [call], instead)
    return "\n".join(lines)


def _texts(parsed: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that stand for texts."""
    for node in parsed.body:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                yield name, _path(value, {})


def _instead(call: ast.Call, known: dict[str, str]) -> str:
    """What is read in a call's place, "" where it stays."""
    match call:
        case ast.Call(func=ast.Attribute(ast.Call(func=made) as loader, "load_module")) if (
            _ends(made) == LOADER
        ):
            return _named(IMPORT, loader, known)
    way = {SPEC: FIND, SOURCE: IMPORT, RUNS: NAMES}.get(_ends(call.func), "")
    return _named(way, call, known) if way else ""


def _ends(function: ast.expr) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _named(way: str, call: ast.Call, known: dict[str, str]) -> str:
    first = 0 if _ends(call.func) == RUNS else 1
    given = [*call.args[first : first + 1], *(each.value for each in call.keywords if each.arg in PLACES)]
    path = _path(given[0], known) if given else ""
    return way.format(name=run_name(path, FILE)) if path.endswith(".py") else ""


def _path(value: ast.expr, known: dict[str, str]) -> str:
    """The path that an expression holds: its texts, one after the other."""
    parts = []
    for node in walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts.append(node.value)
        elif isinstance(node, ast.Name):
            parts.append(known.get(node.id, ""))
    return "/".join(filter(None, parts))
