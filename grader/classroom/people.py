"""Who is in the class: the roster as Canvas, Gradescope, Moodle and people write it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from grader import tables
from grader.errors import CallError

# A gradebook or a roster of these systems serves as it is; so does a table made by hand.
COLUMNS = {
    "name": ("student", "name", "full name"),
    "first": ("first name", "given name"),
    "last": ("last name", "surname", "family name"),
    "canvas_id": ("id", "canvas id", "canvas user id", "canvas_user_id"),
    "sis_id": ("sis user id", "sid", "student id", "matriculation number", "id number", "user_id"),
    "login": ("sis login id", "login", "login_id", "username", "github"),
    "email": ("email", "e-mail", "email address"),
    "moodle_id": ("identifier",),
    "section": ("section", "sections", "section name"),
    "group": ("group", "group_name", "group name", "team"),
    "role": ("role",),
    "submission": ("submission", "file"),
}
IDS = ("canvas_id", "sis_id", "login", "email", "moodle_id", "submission")  # one of a kind means one person
POINTS_POSSIBLE = "points possible"  # Canvas puts a row of these under its header
STUDENTS = ("", "student", "studentenrollment", "learner", "0")
TEST_STUDENTS = ("studenttest", "teststudent")  # Canvas's "Student, Test", by whoever tries the course out


@dataclass(frozen=True, slots=True)
class Person:
    """A student as the roster or an export knows them; "" where it says nothing."""

    name: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    login: str = ""
    email: str = ""
    section: str = ""
    submission: str = ""  # the name of what they handed in, where the roster says it
    moodle_id: str = ""
    group: str = ""
    role: str = ""

    @property
    def is_student(self) -> bool:
        """Staff and Canvas's test student get no grade."""
        return squash(self.role) in STUDENTS and squash(self.name) not in TEST_STUDENTS

    @property
    def called(self) -> str:
        """The first that is known of name, mail, login and ids."""
        participant = f"Participant {self.moodle_id}" if self.moodle_id else ""
        ids = (self.email, self.login, self.sis_id, self.canvas_id, self.submission, participant)
        return next(filter(None, (self.name, *ids)), "nobody")

    def names(self) -> frozenset[str]:
        """Their name in every order of its words, squashed."""
        last, _, first = self.name.partition(",")
        words = self.name.split()
        turned = words[-1] + "".join(words[:-1]) if words else ""
        return frozenset(filter(None, map(squash, (self.name, last + first, first + last, turned))))


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody in the class, each once, and what a person should know about the file."""

    people: tuple[Person, ...] = ()
    remarks: tuple[str, ...] = ()


def squash(text: str) -> str:
    """Letters, digits and the marks on them, in lower case: "Doe, Jane" and "doe_jane" are the same."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] == "M")


def read_roster(path: Path) -> Roster:
    """Return the roster in a CSV file; raises CallError, with the line, for a table that is no roster."""
    people = [person for person, _ in people_of(path, *(tables.read(path) or [tables.Line(1, ())]))]
    return roster([person for person in people if person.names() or _ids(person)])


def people_of(path: Path, header: tables.Line, *rows: tables.Line) -> list[tuple[Person, tables.Line]]:
    """Who each row of a table is about; raises CallError, with the line, where its header tells nobody."""
    places = _places(header.cells)
    if not {"name", "first", "last", "email", "login", "sis_id", "submission"} & set(places):
        known = ", ".join(sorted(name for names in COLUMNS.values() for name in names))
        where = f"{path}, line {header.number}"
        raise CallError(f"{where}: none of its columns says who a student is. Known columns: {known}.")
    return [
        (_person(row.cells, places), row) for row in rows if POINTS_POSSIBLE not in row.cells[0].casefold()
    ]


def roster(people: Sequence[Person]) -> Roster:
    """Everybody once: rows that share an id of one kind are the same student, as in two sections."""
    merged = list[Person]()
    by_id: dict[tuple[str, str], int] = {}
    for person in people:
        known = next((by_id[one] for one in _ids(person) if one in by_id), None)
        if known is None:
            known = len(merged)
            merged.append(person)
        else:
            merged[known] = _both(merged[known], person)
        by_id |= dict.fromkeys(_ids(person), known)
    twice = len(people) - len(merged)
    again = f"{twice} {'row' if twice == 1 else 'rows'} of the roster name a student again: counted once."
    remarks = [again] if twice else []
    return Roster(tuple(merged), (*remarks, *_staff(merged), *_namesakes(merged)))


def _staff(people: Iterable[Person]) -> list[str]:
    names = [person.called for person in people if not person.is_student]
    return [f"On the roster, and no students: {', '.join(names)}."] if names else []


def _namesakes(people: Iterable[Person]) -> list[str]:
    """Warn of people who share a name: by the name alone none of them is ever matched."""
    count: dict[str, list[str]] = defaultdict(list)
    for person in people:
        for name in person.names():
            count[name].append(person.called)
    shared = dict.fromkeys(" and ".join(who) for who in count.values() if len(who) > 1)
    return [f"Of one name on the roster: {who}. Only an id tells them apart." for who in shared]


def _ids(person: Person) -> list[tuple[str, str]]:
    return [(kind, squash(value)) for kind in IDS if squash(value := getattr(person, kind))]


def _both(one: Person, other: Person) -> Person:
    """The same student of two rows: what the first leaves out, the second says; sections are joined."""
    said = {field.name: getattr(one, field.name) or getattr(other, field.name) for field in fields(Person)}
    sections = dict.fromkeys(filter(None, (one.section, other.section)))
    return replace(one, **{**said, "section": ", ".join(sections)})


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
    said["moodle_id"] = said.get("moodle_id", "").removeprefix("Participant ").strip()
    return Person(**{field.name: said.get(field.name, "") for field in fields(Person)})
