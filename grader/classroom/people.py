"""Who is in the class: the roster, and who a name on a submission means."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from grader.errors import CallError

# A Canvas or Gradescope gradebook serves as a roster as it is; so does a table made by hand.
COLUMNS = {
    "name": ("student", "name", "full name"),
    "first": ("first name", "given name"),
    "last": ("last name", "surname", "family name"),
    "canvas_id": ("id", "canvas id", "canvas user id"),
    "sis_id": ("sis user id", "sid", "student id", "matriculation number"),
    "login": ("sis login id", "login", "username", "github"),
    "email": ("email", "e-mail", "email address"),
    "section": ("section", "sections", "section name"),
    "submission": ("submission", "file"),
}
POINTS_POSSIBLE = "points possible"  # Canvas puts a row of these under its header


@dataclass(frozen=True, slots=True)
class Person:
    """A student as the roster knows them; "" where it says nothing."""

    name: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    login: str = ""
    email: str = ""
    section: str = ""
    submission: str = ""  # the name of what they handed in, where the roster says it

    def keys(self) -> frozenset[str]:
        """All that a submission of theirs may be called, squashed."""
        last, _, first = self.name.partition(",")
        words = self.name.split()
        names = (self.name, first + last, words[-1] + "".join(words[:-1]) if words else "")
        ids = (
            self.canvas_id,
            self.sis_id,
            self.login,
            self.email,
            self.email.partition("@")[0],
            self.submission,
        )
        return frozenset(filter(None, map(squash, (*names, *ids))))


def squash(text: str) -> str:
    """Letters and digits only, in lower case: "Doe, Jane" and "doe_jane" are the same."""
    return "".join(char for char in text.casefold() if char.isalnum())


def read_roster(path: Path) -> tuple[Person, ...]:
    """The roster in a CSV file; raises CallError, with the line, for what is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CallError(f"The roster {path} can't be read: {error}") from None
    header, *rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text))) or [[]]
    places = _places(header)
    if not {"name", "first", "last", "email", "login", "sis_id", "submission"} & set(places):
        known = ", ".join(sorted(name for names in COLUMNS.values() for name in names))
        raise CallError(f"{path}, line 1: none of its columns says who a student is. Known columns: {known}.")
    people = (_person(row, places) for row in rows if any(row) and POINTS_POSSIBLE not in row[0].casefold())
    return tuple(person for person in people if person.keys())


def match(words: Iterable[str], roster: Iterable[Person]) -> Person | None:
    """The one person that any of `words` means; None for nobody and for more than one."""
    wanted = {squash(word) for word in words} - {""}
    found = [person for person in roster if wanted & person.keys()]
    return found[0] if len(found) == 1 else None


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _places(header: Iterable[str]) -> Mapping[str, int]:
    squashed = [" ".join(cell.casefold().split()) for cell in header]
    return {
        field: squashed.index(name)
        for field, names in COLUMNS.items()
        for name in reversed(names)
        if name in squashed
    }


def _person(row: list[str], places: Mapping[str, int]) -> Person:
    said = {field: row[place].strip() for field, place in places.items() if place < len(row)}
    said.setdefault("name", f"{said.get('first', '')} {said.get('last', '')}".strip())
    return Person(**{field.name: said.get(field.name, "") for field in fields(Person)})
