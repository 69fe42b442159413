"""Which of a submission's notebooks and scripts are graded, and what is said about the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.errors import IntakeError
from grader.intake.code.library import KIT, Library, is_taken
from grader.intake.code.magics import plain
from grader.intake.code.program import TARGETS
from grader.intake.code.statements import Source
from grader.intake.files.basket import kind
from grader.intake.files.notebook import Cell, decoded, read_notebook

NAMES = "|".join(TARGETS)
DEFINES = re.compile(rf"^[ \t]*(?:(?:class|def)[ \t]+({NAMES})\b|({NAMES})[ \t]*=[^=])", re.MULTILINE)
IMPORTS = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import\b[ \t(]*([\w.][\w., \t]*)?", re.MULTILINE)
COPY = re.compile(r"-copy\d*\.|-checkpoint\.|\(\d+\)\.|copy of |draft|backup|\bold\b", re.IGNORECASE)
CODE = re.compile(r"\s*[^\s#]")
FILLED = 0.7  # of the longest candidate's code; the empty template has less


@dataclass(frozen=True, slots=True)
class Candidate:
    """A notebook or a script that may be what is graded."""

    path: str
    cells: tuple[Cell, ...]
    defines: frozenset[str]
    imports: frozenset[str]
    length: int  # lines of code in the cells that define targets

    @property
    def is_notebook(self) -> bool:
        """Whether it is no script."""
        return kind(self.path) == "ipynb"


Reach = Mapping[str, Candidate]  # a candidate and all that it imports, by path


@dataclass(frozen=True, slots=True)
class Choice:
    """What is graded: the extras, which define targets that `main` lacks, and then `main`, as one program."""

    main: Candidate
    extras: tuple[Candidate, ...]
    library: Library
    notes: tuple[str, ...]

    @property
    def source(self) -> str:
        """The files that are graded."""
        return ", ".join(each.path for each in (*self.extras, self.main))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells in the order they are graded."""
        return tuple(cell for each in (*self.extras, self.main) for cell in each.cells)


def choose(contents: Mapping[str, bytes]) -> Choice:
    """Choose what to grade among the files of a submission; IntakeError where none can be read."""
    candidates, notes = _candidates(contents)
    modules = {each.path: each for each in candidates if not each.is_notebook}
    imports = _imports(candidates, modules)
    reach = {each.path: _reach(each, modules, imports) for each in candidates}
    longest = max(_length(each) for each in reach.values())
    ranked = sorted(candidates, key=lambda each: _rank(each, reach[each.path], longest), reverse=True)
    main, extras = ranked[0], list[Candidate]()
    have, used = _defined(reach[main.path]), set(reach[main.path])
    for other in ranked[1:]:
        if other.path not in used and (new := _defined(reach[other.path]) - have):
            notes.append(
                f"{other.path} defines {', '.join(sorted(new))}, which {main.path} lacks: both are graded"
            )
            extras.append(other)
            have, used = have | new, used | set(reach[other.path])
    notes += _passed_over(ranked, main, extras)
    notes += _shadows(contents)
    return Choice(main, tuple(map(_labelled, extras)), _library(candidates, main, extras), tuple(notes))


# --- candidates -----------------------------------------------------------------------------------


def _candidates(contents: Mapping[str, bytes]) -> tuple[list[Candidate], list[str]]:
    found, notes = list[Candidate](), list[str]()
    for path, data in sorted(contents.items()):
        try:
            if kind(path) == "ipynb":
                found.append(_candidate(path, read_notebook(data, path)))
            elif not _is_kit(path):
                found.append(_candidate(path, (Cell(path, "code", decoded(data)),)))
        except IntakeError as error:
            notes.append(str(error))
    if not found:
        raise IntakeError("; ".join(notes[:3]) or "it holds the course's own files only, and no notebook")
    return found, notes


def _candidate(path: str, cells: tuple[Cell, ...]) -> Candidate:
    texts = [cell.source for cell in cells if cell.kind == "code"]
    defining = [text for text in texts if DEFINES.search(text)]
    return Candidate(
        path,
        cells,
        frozenset(one or other for text in defining for one, other in DEFINES.findall(text)),
        frozenset(name for text in texts for name in _imported(text)),
        sum(1 for text in defining for line in text.split("\n") if CODE.match(line)),
    )


def _imported(text: str) -> Iterator[str]:
    """The modules that a text may import, by a quick look; `from a import b` may import a.b."""
    for module, names in IMPORTS.findall(text):
        if module:
            yield module
        for name in filter(None, (part.strip().split(" ")[0] for part in names.split(","))):
            yield f"{module.rstrip('.')}.{name}" if module else name


def _is_kit(path: str) -> bool:
    parts = PurePosixPath(path).with_suffix("").parts
    return len(parts) > 1 and parts[-1] in KIT.get(parts[-2], ())


def _imports(candidates: Iterable[Candidate], modules: Mapping[str, Candidate]) -> dict[str, list[str]]:
    """For each candidate the files that it imports."""
    files, found = {path: Source(path, "") for path in modules}, {}
    for each in candidates:
        library = Library(files, str(PurePosixPath(each.path).parent))
        paths = {library.path(name.lstrip(".")) for name in each.imports}
        found[each.path] = sorted(path for path in paths if path)
    return found


def _reach(each: Candidate, modules: Mapping[str, Candidate], imports: Mapping[str, list[str]]) -> Reach:
    """A candidate and the files that it imports, and those that they import."""
    found, stack = {each.path: each}, [each.path]
    while stack:
        for path in imports[stack.pop()]:
            if path not in found:
                found[path] = modules[path]
                stack.append(path)
    return found


def _defined(reach: Reach) -> frozenset[str]:
    return frozenset(name for each in reach.values() for name in each.defines)


def _length(reach: Reach) -> int:
    return sum(each.length for each in reach.values())


def _rank(each: Candidate, reach: Reach, longest: int) -> tuple[object, ...]:
    """What makes a candidate likelier than another, most telling first."""
    return (
        len(_defined(reach)),
        _length(reach) >= FILLED * longest,
        each.is_notebook,
        any(cell.outputs for cell in each.cells),
        not COPY.search(each.path),
        _length(reach),
        -each.path.count("/"),
        each.path,
    )


# --- what comes of it -----------------------------------------------------------------------------


def _labelled(extra: Candidate) -> Candidate:
    """Cells under labels that can't be taken for those of the main notebook."""
    if not extra.is_notebook:
        return extra
    return replace(
        extra, cells=tuple(replace(cell, label=f"{extra.path} {cell.label}") for cell in extra.cells)
    )


def _library(candidates: Iterable[Candidate], main: Candidate, extras: Iterable[Candidate]) -> Library:
    """The files that can be imported: scripts, and what cells write with `%%writefile`."""
    home = str(PurePosixPath(main.path).parent)
    files = {
        each.path: Source(each.path, each.cells[0].source) for each in candidates if not each.is_notebook
    }
    for cell in (cell for each in (*extras, main) if each.is_notebook for cell in each.cells):
        if cell.kind == "code" and (written := plain(cell.source)).writes:
            files[str(PurePosixPath(home, written.writes))] = Source(cell.label, written.text)
    return Library(files, home)


def _passed_over(ranked: list[Candidate], main: Candidate, extras: list[Candidate]) -> list[str]:
    others = [each.path for each in ranked if each.is_notebook and each not in (main, *extras)]
    return [f"{main.path} was graded; not graded: {', '.join(others[:5])}"] if others else []


def _shadows(contents: Mapping[str, bytes]) -> list[str]:
    """Notes on files that are never imported, because their names are the kit's or a library's."""
    kit = [path for path in contents if _is_kit(path) and contents[path].strip()]
    taken = [path for path in contents if kind(path) == "py" and "/" not in path and is_taken(path[:-3])]
    notes = []
    if kit:
        notes.append(f"the course's own files are used, not these copies: {', '.join(sorted(kit)[:6])}")
    if taken:
        notes.append(
            f"never imported, as installed libraries have these names: {', '.join(sorted(taken)[:6])}"
        )
    return notes
