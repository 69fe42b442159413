"""People of a class, and when two names or two ids are the same."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

IDS = ("canvas_id", "sis_id", "moodle_id", "login", "email")  # the one that tells people apart best first
STUDENTS = ("", "student", "studentenrollment", "learner", "0")
TEST_STUDENTS = ("studenttest", "teststudent")  # Canvas's "Student, Test", by whoever tries the course out
SPELLINGS = 1 << 16  # kept: everybody of a class is held against everybody of a roster
FRACTION = re.compile(r"(\d+)\.0+")  # a number as a table of numbers writes it: 1234.0


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
        return _names(self.name)

    def id(self, kind: str) -> str:
        """One of their ids as it is compared, "" where it isn't known."""
        return exact(getattr(self, kind))

    def ids(self) -> list[tuple[str, str]]:
        """All ids that are known, each with its kind."""
        return [(kind, value) for kind in IDS if (value := self.id(kind))]


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody in the class, each once, and what a person should know about the file."""

    people: tuple[Person, ...] = ()
    remarks: tuple[str, ...] = ()


@lru_cache(SPELLINGS)
def _names(name: str) -> frozenset[str]:
    last, _, first = name.partition(",")
    words = name.split()
    turned = words[-1] + "".join(words[:-1]) if words else ""
    return frozenset(filter(None, map(squash, (name, last + first, first + last, turned))))


@lru_cache(SPELLINGS)
def squash(text: str) -> str:
    """Letters, digits and the marks on them, in lower case: "Doe, Jane" and "doe_jane" are the same."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] == "M")


def unmarked(name: str) -> str:
    """A squashed name without the marks on its letters, which may make it another's: García and Garcia."""
    return "".join(
        char for char in unicodedata.normalize("NFD", name) if unicodedata.category(char)[0] != "M"
    )


@lru_cache(SPELLINGS)
def exact(id: str) -> str:
    """An id without case and without what nobody sees; every other character counts: a.b@x is not ab@x."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", id).casefold())
    seen = "".join(char for char in folded if unicodedata.category(char)[0] != "C").strip()
    return FRACTION.sub(r"\1", seen) if FRACTION.fullmatch(seen) else seen


def unpadded(id: str) -> str:
    """A number without the zeros that spreadsheets take from its front; anything else as it is."""
    return id.lstrip("0") or "0" if id.isdecimal() else id


def of_one_name(one: Person, other: Person) -> bool:
    """Whether their names are the same, or one has none."""
    names, others = one.names(), other.names()
    return not names or not others or bool(names & others)


def same_ids(one: Person, other: Person) -> bool | None:
    """Whether the best id that both have is the same; None where they have none of one kind."""
    pairs = ((one.id(kind), other.id(kind)) for kind in IDS)
    return next((left == right for left, right in pairs if left and right), None)


def same_person(one: Person, other: Person) -> bool:
    """Whether they are one: by the best id that both have or, without any, by all else."""
    same = same_ids(one, other)
    return replace(one, submission="") == replace(other, submission="") if same is None else same
