"""Imports that mean another file of the submission than their name leads to, and what is made of them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

import re2

from grader.assignment import GRADED
from grader.intake.code.library import RESERVED, is_taken
from grader.intake.code.magics import run_name
from grader.intake.code.statements import Source, Statement
from grader.records.reason import Place
from grader.records.submission import Slip

Sources = tuple[Source, ...]
Files = Mapping[str, Sequence[Source]]  # by path


def _from(source: Source, module: str, path: str) -> Source:
    """A text in which `from module import` reads a file, whatever else has that name."""
    name, own = re2.escape(module), run_name(path)
    return source.rewritten(re2.sub(rf"(?m)^(\s*from\s+){name}(\s+import\b)", rf"\1{own}\2", source.text))


def _all(source: Source, module: str, path: str) -> Source:
    """A text in which every import of a module reads a file."""
    name, own = re2.escape(module), run_name(path)
    text = re2.sub(rf"(?m)^(\s*import\s+){name}(\s+as\b)", rf"\1{own}\2", source.text)
    text = re2.sub(rf"(?m)^(\s*import\s+){name}(\s*)$", rf"\1{own} as {name}\2", text)
    return _from(source.rewritten(text), module, path)


# --- a file that has a library's name -----------------------------------------------------------------


def unshadowed(path: str, sources: Sequence[Source], files: Files) -> tuple[Sources, tuple[Slip, ...]]:
    """A file's texts, reading from the submission's files what the libraries of their names don't have."""
    found, slips = list(sources), list[Slip]()
    for number, source in enumerate(sources):
        for module, line, home in _shadowed(path, source, files):
            if module in RESERVED:  # the name is ours, and any other machine's Python would have it
                found[number] = _all(found[number], module, home)
                continue
            found[number] = _from(found[number], module, home)
            targets = [name for each in (*files[home], *sources) for name in GRADED if name in _bound(each)]
            told = f"ImportError: {home} is never imported, as another module is called {module}"
            place, words = Place(source.label, line), f"{module} read as {home}"
            slips.append(Slip((targets or GRADED)[0], "code.shadowed", place, told, words))
    return tuple(found), tuple(slips)


def _shadowed(path: str, source: Source, files: Files) -> Iterator[tuple[str, int, str]]:
    """The modules that a text takes from a library though they can only be a file's, each with its line."""
    taken: dict[str, list[Statement]] = {}
    for statement in source.parsed[0]:
        node = statement.node
        if isinstance(node, ast.ImportFrom) and not node.level:
            taken.setdefault(node.module or "", []).append(statement)
        elif isinstance(node, ast.Import) and node.names[0].name in RESERVED:
            taken.setdefault(node.names[0].name, []).append(statement)
    for module, statements in taken.items():
        home = str(PurePosixPath(path).parent / f"{module}.py")
        if home not in files or not is_taken(module):
            continue
        if module in RESERVED or _only_there(module, statements, files[home]):
            yield module, statements[0].line, home


def _only_there(module: str, statements: Sequence[Statement], file: Sequence[Source]) -> bool:
    """Whether all that is imported is bound by a file, and not by the module of its name."""
    names = {each for statement in statements for each in statement.names.binds}
    wanted = {alias.name for each in statements for alias in getattr(each.node, "names", ())}
    known = vars(sys.modules[module]).keys() if module in sys.modules else set[str]()
    return bool(names) and wanted <= set().union(*map(_bound, file)) and wanted.isdisjoint(known)


def _bound(source: Source) -> set[str]:
    return {name for statement in source.parsed[0] for name in statement.names.binds}


# --- files of one name in two folders -------------------------------------------------------------------


def own_first(path: str, sources: Sequence[Source], files: Files, found: Mapping[str, str]) -> Sources:
    """A file's texts, with each import leading to the file beside it; `found` is where it would else."""
    texts = tuple(sources)
    for module, elsewhere in found.items():
        beside = str(PurePosixPath(path).parent / f"{module}.py")
        if beside in files and elsewhere and elsewhere != beside:
            texts = tuple(_all(each, module, beside) for each in texts)
    return texts
