"""Who is in a class, kept beside its reports: what is released, reviewed and exchanged needs to know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from grader.classroom.handed_in import LIST, Class, Entry
from grader.classroom.homes import as_it_counts, home
from grader.classroom.identity import submission_sha
from grader.classroom.people import Person
from grader.classroom.statistics import Row
from grader.errors import CallError
from grader.marks.exchange import Known
from grader.marks.standing import Standing
from grader.paths import shown
from grader.records import saved

FILE = LIST


@dataclass(frozen=True, slots=True)
class Roll:
    """A graded class as it lies in its folder of reports."""

    title: str
    entries: tuple[Entry, ...]
    remarks: tuple[str, ...] = ()


def render(title: str, one: Class) -> str:
    """The class as text."""
    entries = [
        {**asdict(entry), "path": str(entry.path.absolute()) if entry.path else None} for entry in one.entries
    ]
    return json.dumps({"title": title, "remarks": one.remarks, "entries": entries}, indent=1)


def read(out: Path) -> Roll:
    """Who is in the class whose reports lie in `out`; without a list of them, each folder is a submission.

    Raises CallError where there is no report.
    """
    path = out / FILE
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(page, Roll, dec_hook=lambda kind, value: kind(value))  # a Path
    except FileNotFoundError:
        entries = tuple(_unlisted(out))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise CallError(f"{path} can't be read: {error}. Grade the class again.") from None
    if not entries:
        raise CallError(f"{out} holds no reports.")
    return Roll(out.resolve().name, entries)


def rows(roll: Roll, out: Path, standing: Standing) -> tuple[Row, ...]:
    """Every submission with its grade as it counts; reports are not made anew."""
    return tuple(_row(entry, out, standing) for entry in roll.entries)


def known(roll: Roll, out: Path) -> tuple[Known, ...]:
    """Every submission as marks speak of it, with its grade as the grader judged it."""
    found = ((one, saved.read(out / one.name, saved.HEAVY)) for one in marked(roll.entries))
    return tuple(Known(entry.name, entry.subject or entry.name, kept.grade) for entry, kept in found if kept)


def marked(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The submissions that marks are of: where they know several by one name, the one whose grade leaves."""
    last = dict[str, Entry]()
    for entry in (entry for entry in entries if entry.path):
        subject = entry.subject or entry.name
        if subject not in last or not last[subject].students:
            last[subject] = entry
    return tuple(entry for entry in entries if entry in last.values())


def _unlisted(out: Path) -> Iterator[Entry]:
    for report in sorted(out.glob(f"*/{saved.FILE}")):
        name = report.parent.name
        yield Entry(name, report.parent, (Person(name),), name)


def _row(entry: Entry, out: Path, standing: Standing) -> Row:
    kept = saved.read(out / entry.name) if entry.path else None
    if kept is None:
        return Row(entry, None, "not graded" if entry.path else "")
    if kept.grade.student != entry.name:  # a folder that a person copied or renamed
        return Row(entry, None, f"its reports are those of {shown(kept.grade.student)}: grade it again")
    if _is_newer(entry, kept, out):
        return Row(entry, None, "it was handed in again since it was graded: grade the class again")
    one = home(entry, out, Path(), kept.grade.profile)
    return Row(entry, as_it_counts(kept.grade, standing, one))


def _is_newer(entry: Entry, kept: saved.Saved, out: Path) -> bool:
    """Whether something else lies where a submission was graded, if it is there still."""
    path = entry.path
    if path is None or path == out / entry.name or not path.exists():  # without a list it's not known where
        return False
    return submission_sha(path) != kept.key.submission
