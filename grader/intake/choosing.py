"""Which of a submission's notebooks and scripts are graded, and what is said about the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from types import MappingProxyType

import re2

from grader.assignment import GRADED, MAP, WEIGHT
from grader.errors import IntakeError
from grader.intake.code.corrections import corrected, targets
from grader.intake.code.effects import calls, imported
from grader.intake.code.folders import folders
from grader.intake.code.library import KIT, MAIN, RESERVED, Library, is_taken
from grader.intake.code.names import walk
from grader.intake.code.redirecting import own_first, unshadowed
from grader.intake.code.retyped import as_code
from grader.intake.code.statements import LONGEST, Source
from grader.intake.code.written import code, data
from grader.intake.files.asides import asides
from grader.intake.files.basket import kind
from grader.intake.files.notebook import Cell, read_notebook, script
from grader.profiles.naming import exchanged
from grader.records.submission import Slip

COPY = re2.compile(  # a file or folder "scratch", but not "from_scratch"
    r"(?i)-copy\d*\.|-checkpoint\.|\(\d+\)\.|copy of |draft|backup|(?:^|/)scratch\d*[./]"
    r"|(?:^|[^a-z])(?:old|previous|deprecated|obsolete|unused|trash|archived?|attempts?|template|starter"
    r"|handout|wip)(?:[^a-z]|$)"
)
FINAL = re2.compile(
    r"(?i)(?:^|[^a-z])(?:final|finished|completed?|submit|submitted|submission|latest)(?:[^a-z]|$)"
)
DIGITS = re2.compile(r"\d{1,8}")
FILLED = 0.7  # of the longest candidate's code; the empty template has less
PASTED = re2.compile(r"([A-Za-z0-9+/=_-]{64})[A-Za-z0-9+/=_-]{936,}")  # base64
MOST_READ = 4_000_000  # characters of code in all files together; a submission has some 50 000


@dataclass(frozen=True)
class Candidate:
    """A notebook or a script that may be what is graded; each text in it is parsed once."""

    path: str
    cells: tuple[Cell, ...]
    sources: tuple[Source, ...]  # its code, parsed
    slips: tuple[Slip, ...] = ()  # that were corrected in it

    @property
    def is_notebook(self) -> bool:
        """Whether it is no script."""
        return kind(self.path) == "ipynb"

    @cached_property
    def defines(self) -> frozenset[str]:
        """The targets that it binds, or tries to in code that does not parse."""
        return frozenset(name for source in self.sources for name in targets(source))

    @cached_property
    def imports(self) -> frozenset[str]:
        """The modules that it may import; `from a import b` may import a.b."""
        nodes = (each.node for source in self.sources for each in source.parsed[0] if each.imports)
        ones = [one for node in nodes for one in imported(node)]
        inner = {
            one.module + "." * (not one.module.endswith(".")) + one.attribute
            for one in ones
            if one.attribute not in ("", "*")
        }
        return frozenset({one.module for one in ones} | inner)

    @cached_property
    def length(self) -> int:
        """Lines of code in the cells that define targets."""
        texts = (source.text for source in self.sources if targets(source))
        return sum(
            bool(line.strip()) and line.lstrip()[0] != "#" for text in texts for line in text.split("\n")
        )

    @cached_property
    def shows_maps(self) -> bool:
        """Whether it calls returnCAM or binds `weight_fc`, as the last cell does."""
        each = [statement for source in self.sources for statement in source.parsed[0]]
        return any(WEIGHT in statement.names.binds for statement in each) or any(
            call.path.rpartition(".")[2] == MAP
            for statement in each
            for call in calls(walk(statement.node))
            if getattr(statement.node, "name", "") not in GRADED
        )


Reach = Mapping[str, Candidate]  # a candidate and all that it imports, by path


@dataclass(frozen=True, slots=True)
class Choice:
    """What is graded: `main`, and extras, which define targets that it lacks; each is run by itself."""

    main: Candidate
    extras: tuple[Candidate, ...]
    reached: tuple[Candidate, ...]  # notebooks that these run, whose outputs count too
    library: Library
    entries: tuple[str, ...]  # the names of main and the extras as modules
    notes: tuple[str, ...]
    slips: tuple[Slip, ...] = ()
    written: Mapping[str, bytes] = field(default_factory=dict)  # files of data that cells write

    @property
    def told(self) -> tuple[Candidate, ...]:
        """The files whose outputs count, main last."""
        return (*self.reached, *self.extras, self.main)

    @property
    def source(self) -> str:
        """The files that are graded."""
        return ", ".join(each.path for each in self.told)

    @property
    def graded(self) -> tuple[tuple[str, Candidate], ...]:
        """The candidates that are graded, by the names of their modules; main is the first."""
        return tuple(zip(self.entries, (self.main, *self.extras), strict=True))


def choose(
    contents: Mapping[str, bytes], wrapper: str = "", names: Mapping[str, str] = MappingProxyType({})
) -> Choice:
    """Choose what to grade among the files of a submission; IntakeError where none can be read.

    `wrapper` are the folders that everything stood in; `names` what the year calls the graded names.
    """
    candidates, notes = _candidates(contents, names)
    candidates = _unshadowed(_corrected(candidates))
    files = _files(candidates)
    reach = {each.path: _reach(each, candidates, files) for each in candidates}
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
    extras += _showing(ranked, [main, *extras], reach)
    reached = [each for each in ranked if each.is_notebook and each.path in used - {main.path}]
    reached = [_labelled(each) for each in reached if each not in extras]
    notes += _passed_over(ranked, [main, *extras, *reached])
    notes += _shadows(contents)
    main, *labelled = main, *map(_labelled, extras)
    library, entries = _library(files, [main, *labelled], wrapper)
    others = {path: _labelled(each) for one in (main, *extras) for path, each in reach[one.path].items()}
    slips = (slip for each in {**others, main.path: main}.values() for slip in each.slips)
    written = data(_notebooks(candidates))
    graded = main, tuple(labelled), tuple(reached)
    return Choice(*graded, library, entries, tuple(notes), tuple(slips), written)


# --- candidates -----------------------------------------------------------------------------------


def _candidates(contents: Mapping[str, bytes], names: Mapping[str, str]) -> tuple[list[Candidate], list[str]]:
    found, notes, left = list[Candidate](), list[str](), MOST_READ
    for path, content in sorted(contents.items()):
        try:
            if kind(path) == "ipynb":
                cells = read_notebook(content, path)
            elif not _is_kit(path):
                text = script(content, path)
                cells = (Cell(path, "code", text), *(Cell(path, "markdown", each) for each in asides(text)))
            else:
                continue
        except IntakeError as error:
            notes.append(str(error))
            continue
        cells = tuple(_renamed(cell, names) for cell in cells)
        left -= sum(len(cell.source) for cell in cells if cell.kind == "code")
        if left < 0:
            notes.append(f"more than {MOST_READ} characters of code: {path} was not read")
            continue
        made, said = _candidate(path, cells)
        found.append(made)
        notes += said
    if not found:
        raise IntakeError("; ".join(notes[:3]) or "it holds the course's own files only, and no notebook")
    return found, notes


def _renamed(cell: Cell, names: Mapping[str, str]) -> Cell:
    return replace(cell, source=exchanged(cell.source, names)) if cell.kind == "code" else cell


def _candidate(path: str, cells: tuple[Cell, ...]) -> tuple[Candidate, list[str]]:
    cells, notes = as_code(cells)
    sources = tuple(_source(cell) for cell in cells if _is_code(cell))
    return Candidate(path, cells, sources), [f"{path}: {note}" for note in notes]


def _source(cell: Cell) -> Source:
    """A cell's code; of a picture that was pasted into it as a text, only the beginning is read."""
    if len(cell.source) <= LONGEST:
        return Source(cell.label, cell.source)
    return Source(cell.label, PASTED.sub(r"\1", cell.source), cell.source)


def _corrected(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without slips of syntax and of names."""
    pairs = zip(candidates, corrected([each.sources for each in candidates]), strict=True)
    return [Candidate(each.path, each.cells, sources, slips) for each, (sources, slips) in pairs]


def _unshadowed(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that find their own files, though these have names of libraries."""
    files = {each.path: each.sources for each in candidates if not each.is_notebook}
    found = []
    for each in candidates:
        sources, slips = unshadowed(each.path, each.sources, files)
        found.append(replace(each, sources=sources, slips=(*each.slips, *slips)))
    return found


def _is_code(cell: Cell) -> bool:
    return cell.kind == "code" and bool(cell.source.strip())


def _is_kit(path: str) -> bool:
    parts = PurePosixPath(path).with_suffix("").parts
    return len(parts) > 1 and parts[-1] in KIT.get(parts[-2], ())


def _reach(
    each: Candidate, candidates: Iterable[Candidate], files: Mapping[str, tuple[Source, ...]]
) -> Reach:
    """A candidate and the files that it imports, and those that they import."""
    by_path = {other.path: other for other in candidates}
    library = Library(files, _homes([each]))
    found, stack = {each.path: each}, [each]
    while stack:
        one = stack.pop()
        importer = library.name_of(one.path)
        for name in sorted(one.imports):
            path = library.path(library.absolute(name, importer)) or library.path(name.lstrip("."))
            if path in by_path and path not in found:
                found[path] = by_path[path]
                stack.append(by_path[path])
    return found


def _homes(candidates: Sequence[Candidate]) -> list[str]:
    """The folders that imports are resolved from: those of what is run, those it adds, and the top."""
    own = [str(PurePosixPath(each.path).parent) for each in candidates]
    added = [folder for each in candidates for folder in folders(each.sources)]
    beside = [str(PurePosixPath(home, folder)) for home in own for folder in added]
    return ["" if home == "." else home for home in (*own, *beside, *added, "")]


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
        _standing(each.path),
        _length(reach),
        each.shows_maps,
        -each.path.count("/"),
        DIGITS.sub(lambda found: found[0].zfill(8), each.path),  # v10 after v9
    )


def _standing(path: str) -> int:
    """How likely a name makes it that this was meant: more for "final", less for a copy or an old one."""
    return 0 if COPY.search(path) else 2 if FINAL.search(path) else 1


def _showing(
    ranked: Iterable[Candidate], chosen: list[Candidate], reach: Mapping[str, Reach]
) -> list[Candidate]:
    """Where nothing chosen shows maps: what does, with the functions of a file that is graded."""
    if any(each.shows_maps for each in chosen):
        return []
    graded = {path for each in chosen for path in reach[each.path]}
    others = (each for each in ranked if each.shows_maps and each not in chosen)
    return [each for each in others if graded & set(reach[each.path])][:1]


# --- what comes of it -----------------------------------------------------------------------------


def _labelled(extra: Candidate) -> Candidate:
    """Cells under labels that can't be taken for those of the main notebook."""
    if not extra.is_notebook:
        return extra
    cells = tuple(replace(cell, label=_label(extra, cell.label)) for cell in extra.cells)
    places = (replace(slip.place, label=_label(extra, slip.place.label)) for slip in extra.slips)
    slips = tuple(replace(slip, place=place) for slip, place in zip(extra.slips, places, strict=True))
    return Candidate(extra.path, cells, _relabelled(extra), slips)


def _label(notebook: Candidate, cell: str) -> str:
    return f"{notebook.path} {cell}"


def _relabelled(notebook: Candidate) -> tuple[Source, ...]:
    return tuple(source.relabelled(_label(notebook, source.label)) for source in notebook.sources)


def _files(candidates: Iterable[Candidate]) -> dict[str, tuple[Source, ...]]:
    """The files that can be imported or run: scripts, notebooks, and what cells write."""
    files = {each.path: _relabelled(each) if each.is_notebook else each.sources for each in candidates}
    return files | code(_notebooks(candidates), files)


def _notebooks(candidates: Iterable[Candidate]) -> list[tuple[str, Sequence[Source]]]:
    return [(each.path, each.sources) for each in candidates if each.is_notebook]


def _library(
    files: Mapping[str, tuple[Source, ...]], graded: Sequence[Candidate], wrapper: str
) -> tuple[Library, tuple[str, ...]]:
    """All files as modules, with those that are graded as they are run; the names of these."""
    library = Library(files, _homes(graded), wrapper.rstrip("/").rpartition("/")[2])
    entries = []
    for number, each in enumerate(graded):
        name = f"{MAIN}_{number + 1}" if each.is_notebook else library.name_of(each.path)
        entries.append(MAIN if number == 0 else name)
        paths = {module: library.path(module) or "" for module in each.imports if "." not in module}
        sources = own_first(each.path, each.sources, files, paths)
        package = "" if each.is_notebook else library.package_of(each.path)
        library.add(entries[-1], sources, package, each.path)
    return library, tuple(entries)


def _passed_over(ranked: Sequence[Candidate], graded: Sequence[Candidate]) -> list[str]:
    paths = {each.path for each in graded}
    others = [each.path for each in ranked if each.is_notebook and each.path not in paths]
    return [f"{graded[0].path} was graded; not graded: {', '.join(others[:5])}"] if others else []


def _shadows(contents: Mapping[str, bytes]) -> list[str]:
    """Notes on files that are never imported, because their names are the kit's or a library's."""
    kit = [path for path in contents if _is_kit(path) and contents[path].strip()]
    scripts = (path for path in contents if kind(path) == "py" and "/" not in path)
    taken = [path for path in scripts if is_taken(path[:-3]) and path[:-3] not in RESERVED]
    notes = []
    if kit:
        notes.append(f"the course's own files are used, not these copies: {', '.join(sorted(kit)[:6])}")
    if taken:
        notes.append(
            f"never imported, as installed libraries have these names: {', '.join(sorted(taken)[:6])}"
        )
    return notes
