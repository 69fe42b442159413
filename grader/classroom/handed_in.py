"""Who handed in what: a folder of submissions, or the bulk export of Gradescope or Canvas."""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from grader.classroom.people import Person, match
from grader.errors import CallError
from grader.paths import FILE_KINDS, report_name, submissions_in

STAGING = ".handed-in"
GRADESCOPE = "submission_metadata.yml"
CANVAS = re.compile(r"(?P<who>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission of the class; `path` None: these people are on the roster and handed in nothing."""

    name: str  # the folder that its report stands in
    path: Path | None
    people: tuple[Person, ...]

    @property
    def subject(self) -> str:
        """What marks know it by."""
        return self.name


def read(folder: Path, roster: Iterable[Person], out: Path) -> tuple[Entry, ...]:
    """Every submission of `folder` and everybody of the roster, in order of name.

    The folder of reports, `out`, is none; loose files of one student, as Canvas exports them, are put
    together in it. Raises CallError where there is no submission at all.
    """
    roster = tuple(roster)
    if not folder.is_dir():
        raise CallError(f"There is no folder {folder}.")
    own = out.resolve()
    handed_in = (one for one in _handed_in(folder, out / STAGING) if one.path and one.path.resolve() != own)
    found = _distinct(_known(one, roster) for one in handed_in)
    if not found:
        raise CallError(f"{folder} holds no submission: no folder, no .zip, .ipynb or .py file.")
    present = {person for entry in found for person in entry.people}
    missing = (Entry("", None, (person,)) for person in roster if person not in present)
    return (*sorted(found, key=lambda entry: entry.name), *missing)


def ignored(folder: Path) -> tuple[str, ...]:
    """Files of `folder` that nobody will grade: alice.rar may be a submission all the same."""
    if (folder / GRADESCOPE).is_file():
        return ()
    graded = {path.name for path in submissions_in(folder)}
    files = {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")}
    return tuple(sorted(name for name in files - graded if not CANVAS.fullmatch(name)))


def _handed_in(folder: Path, staging: Path) -> Iterable[Entry]:
    if (folder / GRADESCOPE).is_file():
        return _gradescope(folder)
    plain = submissions_in(folder)
    exported = [file for file in sorted(folder.iterdir()) if CANVAS.fullmatch(file.name) and file.is_file()]
    if len(exported) * 2 > len({*plain, *exported}):
        plain = tuple(path for path in plain if path not in exported)
        return (*_canvas(exported, staging), *map(_plain_entry, plain))
    return map(_plain_entry, plain)


def _plain_entry(path: Path) -> Entry:
    return Entry(report_name(path), path, (Person(report_name(path)),))


# --- Gradescope: submission_123/ ... and one page of metadata --------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the one in C is faster
    """Reads Ruby's hashes and symbols as plain mappings and strings."""


def _plain(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!ruby/", _plain)


def _gradescope(folder: Path) -> Iterator[Entry]:
    try:
        metadata = yaml.load((folder / GRADESCOPE).read_text(encoding="utf-8"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CallError(f"{folder / GRADESCOPE} can't be read: {error}") from None
    entries = metadata if isinstance(metadata, dict) else {}
    for path in submissions_in(folder):
        if path.is_dir():
            people = tuple(_submitters(entries.get(path.name)))
            yield Entry(path.name, path, people or (Person(path.name),))


def _submitters(entry: Any) -> Iterator[Person]:
    for who in _get(entry, "submitters") or ():
        name, sid, email = (str(_get(who, key) or "") for key in ("name", "sid", "email"))
        yield Person(name=name, sis_id=sid, email=email)


def _get(entry: Any, key: str) -> Any:
    return entry.get(f":{key}", entry.get(key)) if isinstance(entry, dict) else None


# --- Canvas: doejane_LATE_1234_56789_assignment3.zip ----------------------------------------------


def _canvas(files: Iterable[Path], staging: Path) -> Iterator[Entry]:
    by_person: dict[tuple[str, str], dict[str, Path]] = defaultdict(dict)
    for file in files:
        if parts := CANVAS.fullmatch(file.name):
            by_person[parts["who"], parts["id"]][parts["file"]] = file
    for (who, number), own in by_person.items():
        name = f"{who}_{number}"
        readable = [file for file in own.values() if file.suffix.lower() in FILE_KINDS]
        path = readable[0] if len(readable) == 1 else _together(own, staging / name)
        yield Entry(name, path, (Person(name=who, canvas_id=number),))


def _together(files: Mapping[str, Path], folder: Path) -> Path:
    """A notebook and the modules that it imports: one folder, under the names that the student gave."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, file in files.items():
        shutil.copyfile(file, folder / name, follow_symlinks=False)
    return folder


# --- names ----------------------------------------------------------------------------------------


def _known(entry: Entry, roster: tuple[Person, ...]) -> Entry:
    """The entry with its people as the roster knows them."""
    return replace(entry, people=tuple(_on_roster(person, entry.name, roster) for person in entry.people))


def _on_roster(person: Person, name: str, roster: tuple[Person, ...]) -> Person:
    for words in ((person.canvas_id,), (person.email,), (person.sis_id,), (name,), (person.name,)):
        if known := match(words, roster):
            return known
    return person


def _distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """x/ and x.zip are two submissions; where reports would meet, the file's whole name tells them apart."""
    found = tuple(entries)
    count = Counter(entry.name.casefold() for entry in found)
    return tuple(
        replace(entry, name=entry.path.name) if count[entry.name.casefold()] > 1 and entry.path else entry
        for entry in found
    )
