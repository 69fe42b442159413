"""Files that a notebook saves a VGG-16 in: marks stand for them where its code reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import re2

from grader.intake.code.effects import path, running
from grader.intake.code.names import FUNCTIONS, walk
from grader.intake.code.program import Program
from grader.intake.code.reaching import MODELS, reached
from grader.records.submission import DataFile
from grader.wall.marked import MARK, WHOLE

FETCHES = re2.compile(r"(?i)\bvgg_?16\([^()]*(?:\bTrue\b|weights\s*=\s*[^\sN])|get_model\(.vgg16.,")
SAVES, STATE = {"torch.save", "save"}, "state_dict"
MOST = 20  # files
DEEPEST = 4  # statements from what is saved back to the one that fetches it


def saved_vgg(programs: Iterable[Program]) -> tuple[DataFile, ...]:
    """Marks in the place of the files in which programs save a VGG-16 that they download."""
    found = {name: mark for each in programs for name, mark in _saved(each)}
    return tuple(DataFile(name, mark) for name, mark in list(found.items())[:MOST])


def _saved(program: Program) -> Iterator[tuple[str, bytes]]:
    saving = ((at, one.node) for at, one in enumerate(program.statements) if "save(" in one.text)
    for at, node in saving:
        whole = isinstance(node, FUNCTIONS)  # its own names are looked for in all of it
        for call in walk(node) if whole else running([node]):
            what, where = _given(call)
            text = _story(program, at, node if whole else what) if what and where else ""
            if where and FETCHES.search(text):
                mark = MARK if STATE in text else WHOLE
                yield from ((name, mark) for name in _names(program, at, node if whole else where))


def _given(node: ast.AST) -> tuple[ast.expr | None, ast.expr | None]:
    """What a call saves, and where."""
    if not isinstance(node, ast.Call) or path(node.func) not in SAVES:
        return None, None
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    given = dict(zip(("obj", "f"), node.args, strict=False)) | named
    return given.get("obj"), given.get("f")


def _story(program: Program, at: int, node: ast.AST, depth: int = DEEPEST) -> str:
    """The text of what is saved, and of what its names stand for; nothing where a model of ours is in it."""
    before = _before(program, at, node) if depth else []
    if not _read(node).isdisjoint(MODELS) or any(reached(program, one) for one, _ in before):
        return ""
    return "\n".join([ast.unparse(node), *(_story(program, *one, depth - 1) for one in before)])


def _names(program: Program, at: int, node: ast.AST, depth: int = DEEPEST) -> Iterator[str]:
    """The names of files in a call's argument, and in what its own names stand for."""
    for part in walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            name = PurePosixPath(part.value).name
            if PurePosixPath(name).suffix:
                yield name
    for one in _before(program, at, node) if depth else ():
        yield from _names(program, *one, depth - 1)


def _before(program: Program, at: int, node: ast.AST) -> list[tuple[int, ast.AST]]:
    """The values that a node's names stand for, each with its place."""
    found = sorted({one for name in _read(node) for one in program.sources(name, at)[:1]})
    values = ((one, program.statements[one].node) for one in found)
    return [(one, known.value) for one, known in values if isinstance(known, ast.Assign)]


def _read(node: ast.AST) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}
