"""Which of a submission's notebooks and scripts are graded, and what is said about the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.intake.candidate import Candidate, homes, labelled
from grader.intake.code.library import MAIN, RESERVED, Library, is_taken
from grader.intake.code.redirecting import own_first
from grader.intake.code.statements import Source
from grader.intake.code.written import code, data
from grader.intake.files.basket import kind
from grader.intake.gathering import candidates, is_kit
from grader.intake.ranking import Reach, defined, ranked, reach
from grader.records.submission import Slip


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
    left: tuple[Candidate, ...] = ()  # notebooks that are not graded

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
    found, notes = candidates(contents, names)
    files = _files(found)
    reaches = {each.path: reach(each, found, files) for each in found}
    main, *others = ranked(found, reaches)
    added = _added(main, others, reaches)
    filling = [each for each in others if each.path in added]
    extras = [*filling, *_showing(others, [main, *filling], reaches)]
    used = {path for one in (main, *filling) for path in reaches[one.path]}
    reached = [each for each in others if each.is_notebook and each.path in used and each not in extras]
    shown = [labelled(each) for each in extras]
    library, entries = _library(files, [main, *shown], wrapper)
    notes += [
        f"{path} defines {', '.join(sorted(new))}, which {main.path} lacks: both are graded"
        for path, new in added.items()
    ]
    left = [each for each in others if each.is_notebook and each not in (*extras, *reached)]
    notes += _passed_over(main, left) + _shadows(contents)
    return Choice(
        main=main,
        extras=tuple(shown),
        reached=tuple(map(labelled, reached)),
        library=library,
        entries=entries,
        notes=tuple(notes),
        slips=_slips(main, extras, reaches),
        written=data(_notebooks(found)),
        left=tuple(left),
    )


def _added(
    main: Candidate, others: Iterable[Candidate], reaches: Mapping[str, Reach]
) -> dict[str, frozenset[str]]:
    """The targets that others have and those before them lack, by path."""
    have, used, added = defined(reaches[main.path]), set(reaches[main.path]), dict[str, frozenset[str]]()
    for other in others:
        if other.path not in used and (new := defined(reaches[other.path]) - have):
            added[other.path] = new
            have, used = have | new, used | set(reaches[other.path])
    return added


def _showing(
    others: Iterable[Candidate], chosen: Sequence[Candidate], reaches: Mapping[str, Reach]
) -> list[Candidate]:
    """Where nothing chosen shows maps: what does, with the functions of a file that is graded."""
    if any(each.shows_maps for each in chosen):
        return []
    graded = {path for each in chosen for path in reaches[each.path]}
    showing = (each for each in others if each.shows_maps and each not in chosen)
    return [each for each in showing if graded & set(reaches[each.path])][:1]


def _slips(main: Candidate, extras: Iterable[Candidate], reaches: Mapping[str, Reach]) -> tuple[Slip, ...]:
    """Those in what is graded and in what it imports."""
    used = {path: labelled(each) for one in (main, *extras) for path, each in reaches[one.path].items()}
    return tuple(slip for each in {**used, main.path: main}.values() for slip in each.slips)


def _files(found: Iterable[Candidate]) -> dict[str, tuple[Source, ...]]:
    """The files that can be imported or run: scripts, notebooks, and what cells write."""
    files = {each.path: labelled(each).sources for each in found}
    return files | code(_notebooks(found), files)


def _notebooks(found: Iterable[Candidate]) -> list[tuple[str, Sequence[Source]]]:
    return [(each.path, each.sources) for each in found if each.is_notebook]


def _library(
    files: Mapping[str, tuple[Source, ...]], graded: Sequence[Candidate], wrapper: str
) -> tuple[Library, tuple[str, ...]]:
    """All files as modules, with those that are graded as they are run; the names of these."""
    library = Library(files, homes(graded), wrapper.rstrip("/").rpartition("/")[2])
    entries = []
    for number, each in enumerate(graded):
        name = f"{MAIN}_{number + 1}" if each.is_notebook else library.name_of(each.path)
        entries.append(MAIN if number == 0 else name)
        paths = {module: library.path(module) or "" for module in each.imports if "." not in module}
        sources = own_first(each.path, each.sources, files, paths)
        package = "" if each.is_notebook else library.package_of(each.path)
        library.add(entries[-1], sources, package, each.path)
    return library, tuple(entries)


def _passed_over(main: Candidate, left: Sequence[Candidate]) -> list[str]:
    names = ", ".join(each.path for each in left[:5])
    return [f"{main.path} was graded; not graded: {names}"] if left else []


def _shadows(contents: Mapping[str, bytes]) -> list[str]:
    """Notes on files that are never imported, because their names are the kit's or a library's."""
    kit = [path for path in contents if is_kit(path) and contents[path].strip()]
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
