"""Who handed in what: a folder of submissions, or an export of Canvas, Gradescope or Moodle."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.directory import directory
from grader.classroom.exports import EXPORTS
from grader.classroom.exports.found import Found
from grader.classroom.matching import match
from grader.classroom.people import Person, Roster, exact, same_person
from grader.classroom.times import after
from grader.errors import CallError
from grader.paths import report_name, report_names, shown, submissions_in

STAGING, LIST = ".handed-in", ".class.json"  # what a folder of reports holds beside them
GROUPS = (
    "Moodle writes a group's number where a student's stands otherwise: if groups handed in, "
    "give a roster that says who is in which, in a column 'group'."
)
UNCLEAR = (
    "{} was not graded: it looks like an export of {}. If it is one, give that folder; "
    "if a student made it, grade it by its path."
)
SHOWN = 20  # names of many


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission of the class; `path` None: these people are on the roster and handed in nothing."""

    name: str  # the folder that its report stands in
    path: Path | None
    people: tuple[Person, ...]
    subject: str = ""  # what marks know it by, the same when it is handed in again
    late: bool = False
    at: str = ""
    due: str = ""
    remarks: tuple[str, ...] = ()  # what a person should know before its grade leaves
    held: tuple[Person, ...] = ()  # of its people, whom no grade of it leaves for

    @property
    def names(self) -> tuple[str, ...]:
        """What its people are called; nothing where it is called so itself."""
        return tuple(person.called for person in self.people if person.called != self.name)

    @property
    def is_of_students(self) -> bool:
        """Whether it counts for the class; what staff tries out does not."""
        return any(person.is_student for person in self.people)

    @property
    def students(self) -> tuple[Person, ...]:
        """Whom a grade of it may leave for."""
        return tuple(person for person in self.people if person.is_student and person not in self.held)


@dataclass(frozen=True, slots=True)
class Class:
    """Everything that was handed in, everybody of the roster, and what a person should know of all."""

    folder: Path
    entries: tuple[Entry, ...]
    remarks: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def read(folder: Path, roster: Roster, out: Path) -> Class:
    """Every submission of `folder` and everybody of the roster, in order of name.

    The folder of reports, `out`, is none; loose files of one student are put together in it. A folder that
    holds nothing but an export is read as that. Raises CallError where there is no submission at all.
    """
    home = _home(folder, roster, out)
    said = (
        [f"{shown(home)} was read: the export lies there, not in {shown(folder)}."] if home != folder else []
    )
    system = export_of(home)
    said += EXPORTS[system].said(home) if system else []
    every = [one for one in _found(home, out / STAGING) if one.path.resolve() != out.resolve()]
    older = [] if system else [one.path for one in every if (one.path / LIST).is_file()]
    said += [f"{shown(path.name)} was not graded: it holds a class's reports ({LIST})." for path in older]
    exports = [] if system else _exports([one.path for one in every], roster)
    said += [UNCLEAR.format(shown(path.name), export_of(path)) for path in exports]
    found = [one for one in every if one.path not in (*older, *exports)]
    if not found:
        raise CallError(f"{shown(folder)} holds no submission: no folder, no .zip, .tar, .ipynb or .py file.")
    roster = _as_it_lies(roster, found)
    entries, present = _known(found, roster)
    missing = [Entry("", None, (one,)) for one in roster.people if one.is_student and one not in present]
    if system == "Moodle" and not roster.people:
        said.append(GROUPS)
    remarks = (*said, *roster.remarks)
    return Class(home, (*_once(entries), *missing), remarks, _ignored(home, out))


# --- where the submissions lie --------------------------------------------------------------------


def _home(folder: Path, roster: Roster, out: Path) -> Path:
    """`folder`, or the one export in it; raises CallError, with the right path, where there are several."""
    if folder.suffix.lower() == ".zip" and folder.is_file():
        raise CallError(f"{shown(folder)} is a file: unpack it, and give the folder that comes out.")
    if not folder.is_dir():
        raise CallError(f"There is no folder {shown(folder)}.")
    if export_of(folder):
        return folder
    inside = [path for path in folder.iterdir() if not path.name.startswith((".", "__")) and path != out]
    exports = _exports(inside, roster)
    if exports and not [path for path in submissions_in(folder) if path not in (*exports, out)]:
        if len(exports) == 1:
            return exports[0]
        paths = " or ".join(shown(path) for path in sorted(exports)[:3])
        raise CallError(f"{shown(folder)} holds several exports: give {paths}.")
    if packed := next((path for path in inside if len(inside) == 1 and _packs_a_class(path)), None):
        raise CallError(
            f"{shown(packed)} packs a whole class: unpack it, and give the folder that comes out."
        )
    return folder


def _exports(paths: Iterable[Path], roster: Roster) -> list[Path]:
    """The folders that look like exports: a student can make one, but none that bears their own name."""
    known = directory(roster.people)
    return [
        path
        for path in paths
        if path.is_dir() and export_of(path) and not match(_plain(path).people, known, (path.name,)).known
    ]


def export_of(folder: Path) -> str:
    """The system that a folder was exported from, "" where it is no export."""
    return next((name for name, export in EXPORTS.items() if export.is_one(folder)), "")


def _packs_a_class(path: Path) -> bool:
    """Whether an archive holds what a course system exports."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(export.packed(archive.namelist()) for export in EXPORTS.values())
    except Exception:  # no zip, or a student's that is damaged, which is told where it is read
        return False


def _found(home: Path, staging: Path) -> Iterable[Found]:
    if export := export_of(home):
        yield from EXPORTS[export].read(home, staging)
        exported = EXPORTS[export].left_out(home)
        plain = [path for path in submissions_in(home) if path.name not in exported]
        yield from map(_plain, plain if export != "Gradescope" else ())
    else:
        yield from map(_plain, submissions_in(home))


def _plain(path: Path) -> Found:
    return Found(report_name(path), path, (Person(report_name(path)),))


def _ignored(home: Path, out: Path) -> tuple[str, ...]:
    """Files and broken links that nobody will grade: alice.rar may be a submission all the same."""
    graded = {path.name for path in submissions_in(home)}
    if export := export_of(home):
        graded |= EXPORTS[export].left_out(home)
    files = {path.name for path in home.iterdir() if not path.is_dir() and not path.name.startswith(".")}
    own = {name for name in files if name.startswith(f"{out.name}.marks.sqlite")}
    return tuple(sorted(files - graded - own))


# --- whose they are -------------------------------------------------------------------------------


def _as_it_lies(roster: Roster, found: Sequence[Found]) -> Roster:
    """The roster with submissions called as they are here: a zip may have been unpacked since.

    It is said where the roster calls one what nothing here is called.
    """
    files = {exact(one.path.name) for one in found}
    called: dict[str, set[str]] = defaultdict(set)
    for one in found:
        called[exact(one.name)].add(one.path.name)
    people, lost = list[Person](), list[Person]()
    for who in roster.people:
        names = called[exact(who.submission)] or called[exact(report_name(Path(who.submission)))]
        if not who.submission or exact(who.submission) in files or len(names) > 1:
            people.append(who)
        else:
            people.append(replace(who, submission=next(iter(names), who.submission)))
            lost += [] if names else [who]
    return Roster(tuple(people), (*roster.remarks, *_lost(lost)))


def _lost(people: Sequence[Person]) -> list[str]:
    names = ", ".join(f"{one.submission!r} of {one.called}" for one in people[:SHOWN])
    more = f" and {len(people) - SHOWN} more" if people[SHOWN:] else ""
    return (
        [f"The roster's column 'submission' names what is not here: {shown(names)}{more}."] if people else []
    )


def _known(found: Sequence[Found], roster: Roster) -> tuple[list[Entry], set[Person]]:
    """The entries, in order of name, and who of the roster they are of."""
    names, said = report_names([(one.name, one.path) for one in found])
    entries, present, known = list[Entry](), set[Person](), directory(roster.people)
    for one in sorted(found, key=lambda one: names[one.path]):
        matched = match(one.people, known, (one.path.name, one.name))
        present |= set(matched.known)
        entries.append(
            Entry(
                name=names[one.path],
                path=one.path,
                people=matched.people,
                subject=one.subject or one.name,
                late=one.late or after(one.at, one.due),
                at=one.at,
                due=one.due,
                remarks=(*one.remarks, *matched.remarks, *said.get(one.path, ())),
                held=matched.unsure,
            )
        )
    return entries, present


def _once(entries: Sequence[Entry]) -> list[Entry]:
    """Of two submissions of one person count the later; where none is the later, neither counts for them."""
    near: dict[object, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        for key in (key for person in entry.people for key in _keys(person)):
            near[key][entry.name] = entry
    return [_beside_all(entry, near) for entry in entries]


def _keys(person: Person) -> Sequence[object]:
    """What two submissions of one person have in common, one of these at least."""
    return person.ids() or [replace(person, submission="")]


def _beside_all(entry: Entry, near: Mapping[object, Mapping[str, Entry]]) -> Entry:
    found = entry
    for person in entry.people:
        around = {one.name: one for key in _keys(person) for one in near[key].values() if one != entry}
        others = [one for one in around.values() if any(same_person(person, who) for who in one.people)]
        found = _beside_others(found, person, others) if others else found
    return found


def _beside_others(entry: Entry, person: Person, others: Sequence[Entry]) -> Entry:
    last = all(after(entry.at, one.at) for one in others)
    names = ", ".join(one.name for one in others)
    what = "this one is the last and counts" if last else "it is not known which counts, or not this one"
    remark = f"{person.called} handed in {names}, too: {what}."
    held = entry.held if last else (*entry.held, person)
    return replace(entry, remarks=(*entry.remarks, remark), held=held)
