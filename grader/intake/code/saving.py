"""Small files that statements write: what mentions one of them needs what writes it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath

from grader.intake.code.effects import path, running
from grader.intake.code.names import walk
from grader.intake.code.program import Program
from grader.intake.files.basket import is_data

FOLDERS = {"mkdir", "makedirs"}
WRITING = {
    "write_text", "write_bytes", "savetxt", "save", "savez", "savez_compressed", "to_csv", "to_json", "touch",
    "copy", "copyfile", *FOLDERS,
}  # fmt: skip
MODES = {a + b + c for a in "wax" for b in ("", "b", "t", "+") for c in ("", "b", "t", "+")}
ARRAYS = {".npy", ".npz", ".pkl", ".pickle"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
GIVEN = "imagenet"  # in the names of lists that are there, and that a download would replace
LONGEST = 500  # characters of a path
MOST = 100  # texts of one value: of more, none is where a call writes


def writers(program: Program) -> Mapping[str, list[int]]:
    """For each name of a small file or a folder the positions of the statements that write or make it."""
    found: dict[str, list[int]] = defaultdict(list)
    files: dict[str, set[str]] = {}  # by the names that stand for opened ones
    calls = _Calls(program)
    for at, statement in enumerate(program.statements):
        if isinstance(statement.node, DEFINITIONS):
            continue
        made = set(calls.written(running([statement.node])))
        passed = set[str]().union(*(files.get(name, set()) for name in statement.names.reads))
        for name in statement.names.binds:
            files[name] = made if isinstance(statement.node, ast.Assign) else set()
        for name in made | passed:
            found[name].append(at)
    return dict(found)


def mentioned(node: ast.AST) -> set[str]:
    """The names of files and folders in a statement's texts."""
    return {part for text in _texts(node) for part in PurePosixPath(text).parts}


def _texts(node: ast.AST) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) <= LONGEST:
            yield part.value


class _Calls:
    """What a program's calls write; each function and each value is looked through once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._inside: dict[str, frozenset[str] | None] = {}
        self._held: dict[int, tuple[str, ...]] = {}

    def written(self, nodes: Iterable[ast.AST]) -> Iterator[str]:
        """The last names of what calls write, those in functions that are called too."""
        for call in (node for node in nodes if isinstance(node, ast.Call)):
            inside = self._by(path(call.func))
            yield from inside or ()
            if inside is not None or _writes(call):
                yield from self._names(call)

    def _by(self, function: str) -> frozenset[str] | None:
        """The last names of what a function writes; None where nothing in it writes."""
        if function not in self._inside:
            bodies = (self.program.functions[name].node for name in self.program.reached(function))
            made = [node for body in bodies for node in walk(body) if _writes(node)]
            names = frozenset(name for node in made for name in self._names(node))
            self._inside[function] = names if made else None
        return self._inside[function]

    def _names(self, call: ast.AST) -> list[str]:
        """The last names of the paths in a call, of small files and of folders that it makes."""
        names = [PurePosixPath(text).name for text in self._given(call)]
        makes = _called(call) in FOLDERS
        return [name for name in names if _is_small(name) or (makes and name and "." not in name)]

    def _given(self, call: ast.AST) -> Iterator[str]:
        """The texts in a call, and those that the names in it stand for."""
        yield from _texts(call)
        for part in walk(call):
            if isinstance(part, ast.Name) and (bound := self.program.binders.get(part.id)):
                yield from self._texts_at(bound[-1])

    def _texts_at(self, position: int) -> tuple[str, ...]:
        """The first texts in the value that a statement gives to a name."""
        if position not in self._held:
            node = self.program.statements[position].node
            texts = _texts(node.value) if isinstance(node, ast.Assign) else ()
            self._held[position] = tuple(islice(texts, MOST))
        return self._held[position]


def _is_small(name: str) -> bool:
    is_array = PurePosixPath(name.lower()).suffix in ARRAYS
    return (is_data(name) or is_array) and GIVEN not in name.lower()


def _called(node: ast.AST) -> str:
    function = getattr(node, "func", None)
    return str(getattr(function, "attr", getattr(function, "id", "")))


def _writes(node: ast.AST) -> bool:
    """Whether a node is a call that writes a file or makes a folder."""
    if not isinstance(node, ast.Call):
        return False
    name = _called(node)
    modes = [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    texts = [each.value for each in modes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    opens = name == "open" and any(text in MODES for text in texts)
    return opens or (name in WRITING and isinstance(node.func, ast.Attribute))
