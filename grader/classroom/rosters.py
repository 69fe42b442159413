"""The roster as Canvas, Gradescope, Moodle and people write it, everybody on it once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from grader import tables
from grader.classroom.people import FRACTION, IDS, Person, Roster, of_one_name, same_ids
from grader.errors import CallError
from grader.plurals import plural

# A gradebook or a roster of these systems serves as it is; so does a table made by hand.
COLUMNS = {
    "name": ("student", "name", "full name"),
    "first": ("first name", "given name"),
    "last": ("last name", "surname", "family name"),
    "canvas_id": ("id", "canvas id", "canvas user id", "canvas_user_id"),
    "sis_id": ("sis user id", "sis_id", "sid", "student id", "matriculation number", "id number", "user_id"),
    "login": ("sis login id", "login", "login_id", "username", "github", "github_username"),
    "email": ("email", "e-mail", "email address"),
    "moodle_id": ("identifier",),
    "section": ("section", "sections", "section name"),
    "group": ("group", "group_name", "group name", "team"),
    "role": ("role",),
    "submission": ("submission", "file"),
}
POINTS_POSSIBLE = "points possible"  # Canvas puts a row of these under its header
# "Participant 4711", "Teilnehmer/in4711": Moodle's number
PARTICIPANT = re.compile(r"([^\W\d]{3}[^\d]*)?(\d+)")
AS_TEXT = re.compile(r"""="(.*)"|'(.*)""")  # what people write around an id to make a spreadsheet keep it
ROUNDED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)  # a long number as Excel shows and saves it
NOT_KNOWN = ("-", "–", "?", "n/a", "na", "none", "null", "nan", "tbd", "unknown", "#n/a")  # for an id
SHOWN = 5  # names of many


def read_roster(path: Path) -> Roster:
    """Return the roster in a CSV file; raises CallError, with the line, for a table that is no roster."""
    header, *rows = tables.read(path) or [tables.Line(1, ())]
    people = [person for person, _ in people_of(path, header, *rows)]
    found = roster([person for person in people if person.names() or person.ids() or person.submission])
    return replace(found, remarks=(*_rounded(header, rows), *found.remarks))


def people_of(path: Path, header: tables.Line, *rows: tables.Line) -> list[tuple[Person, tables.Line]]:
    """Who each row of a table is about; raises CallError, with the line, where its header tells nobody."""
    places = _places(header.cells)
    if not {"name", "first", "last", "email", "login", "sis_id", "submission"} & set(places):
        known = ", ".join(sorted(name for names in COLUMNS.values() for name in names))
        where = f"{path}, line {header.number}"
        raise CallError(f"{where}: none of its columns says who a student is. Known columns: {known}.")
    found = [(_person(row.cells, places), row) for row in rows]
    return [(one, row) for one, row in found if one.ids() or POINTS_POSSIBLE not in row.cells[0].casefold()]


def roster(people: Sequence[Person]) -> Roster:
    """Everybody once: rows of one name that share an id are the same student, as in two sections."""
    merged = dict[int, Person]()
    by_id: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, row in enumerate(people):
        near = sorted(set().union(*(by_id[one] for one in row.ids())) & set(merged))
        same = [other for other in near if same_ids(merged[other], row) and of_one_name(merged[other], row)]
        place = same[0] if same else number
        merged[place] = _joined([merged.pop(other) for other in same] + [row])
        for one in merged[place].ids():
            by_id[one].add(place)
    found = [merged[place] for place in sorted(merged)]
    twice = len(people) - len(found)
    again = plural(twice, "row of the roster names", "rows of the roster name")
    remarks = [f"{again} a student again: counted once."] if twice else []
    return Roster(tuple(found), (*remarks, *_staff(found), *_shared(found), *_namesakes(found)))


def _staff(people: Iterable[Person]) -> list[str]:
    names = [person.called for person in people if not person.is_student]
    return [f"On the roster, and no students: {', '.join(names)}."] if names else []


def _shared(people: Iterable[Person]) -> list[str]:
    """Warn of ids that several people have: by such an id alone none of them is ever matched."""
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in people:
        for one in person.ids():
            owners[one].append(person.called)
    return [
        f"On the roster {_and(who)} have the same {kind.replace('_', ' ')}, {value}: it tells nobody apart."
        for (kind, value), who in owners.items()
        if len(who) > 1
    ]


def _namesakes(people: Iterable[Person]) -> list[str]:
    """Warn of people who share a name: by the name alone none of them is ever matched."""
    count: dict[str, list[str]] = defaultdict(list)
    for person in people:
        for name in person.names():
            count[name].append(person.called)
    shared = dict.fromkeys(_and(who) for who in count.values() if len(who) > 1)
    return [f"Of one name on the roster: {who}. Only an id tells them apart." for who in shared]


def _and(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return f"{', '.join(names[:SHOWN])} and {more} more" if more > 0 else " and ".join(names)


def _rounded(header: tables.Line, rows: Iterable[tables.Line]) -> list[str]:
    """Warn of ids that a spreadsheet has cut to a few digits: they are nobody's any more."""
    places = {place for field, place in _places(header.cells).items() if field in IDS}
    lines = [
        str(row.number)
        for row in rows
        if any(ROUNDED.fullmatch(cell.strip()) for place, cell in enumerate(row.cells) if place in places)
    ]
    if not lines:
        return []
    where = f"line{'s' if len(lines) > 1 else ''} {', '.join(lines[:SHOWN])}{' ...' if lines[SHOWN:] else ''}"
    return [
        f"The roster's {where}: a spreadsheet has rounded ids (as 1.23E+05). They match nobody: "
        "export the roster again and don't save it from a spreadsheet."
    ]


def _joined(rows: Sequence[Person]) -> Person:
    """The same student of several rows: what one leaves out another says; sections are joined."""
    said = {
        field.name: next(filter(None, (getattr(row, field.name) for row in rows)), "")
        for field in fields(Person)
    }
    sections = dict.fromkeys(row.section for row in rows if row.section)
    return Person(**{**said, "section": ", ".join(sections)})


def _places(header: Iterable[str]) -> Mapping[str, int]:
    squashed = [" ".join(cell.casefold().split()) for cell in header]
    return {
        field: squashed.index(name)
        for field, names in COLUMNS.items()
        for name in reversed(names)
        if name in squashed
    }


def _person(row: Sequence[str], places: Mapping[str, int]) -> Person:
    said = {field: row[place].strip() for field, place in places.items() if place < len(row)}
    if not said.get("name"):
        said["name"] = f"{said.get('first', '')} {said.get('last', '')}".strip()
    number = PARTICIPANT.fullmatch(said.get("moodle_id", ""))
    said["moodle_id"] = number[2] if number else ""  # others than Moodle call a column so, too
    said |= {kind: _id(said[kind]) for kind in IDS if kind in said}
    return Person(**{field.name: said.get(field.name, "") for field in fields(Person)})


def _id(cell: str) -> str:
    """An id as it was before a table of numbers or its author wrote something around it; "" for none."""
    text = AS_TEXT.fullmatch(cell)
    id = (text[1] or text[2] or "").strip() if text else cell
    if ROUNDED.fullmatch(id) or id.casefold() in NOT_KNOWN:
        return ""
    return FRACTION.sub(r"\1", id) if FRACTION.fullmatch(id) else id
