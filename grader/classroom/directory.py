"""Everybody on a roster, found by all that they may be known by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.people import Person, exact, squash, unpadded

Key = tuple[str, str]  # a kind of word, and the word


@dataclass(frozen=True, slots=True)
class Directory:
    """The people, and who of them is known by which word."""

    people: tuple[Person, ...]
    by: Mapping[Key, Sequence[Person]]

    def of(self, keys: Iterable[Key]) -> list[Person]:
        """Everybody who is known by one of these words."""
        return list(dict.fromkeys(person for key in keys for person in self.by.get(key, ())))


def directory(people: tuple[Person, ...]) -> Directory:
    """The directory of these people."""
    by: dict[Key, list[Person]] = defaultdict(list)
    for person in people:
        keys = dict.fromkeys((*ids(person), *bare_ids(person), *names(person), *_others(person)))
        for key in (key for key in keys if key[1]):  # nobody is known by nothing
            by[key].append(person)
    return Directory(people, dict(by))


def ids(person: Person) -> list[Key]:
    """Their ids as they are, the best first."""
    return person.ids()


def bare_ids(person: Person) -> list[Key]:
    """Their ids as a spreadsheet leaves them, without zeros in front."""
    return [(f"bare {kind}", unpadded(id)) for kind, id in person.ids()]


def names(person: Person) -> list[Key]:
    """Their name in every order."""
    return [("name", name) for name in person.names()]


def words(text: str) -> list[Key]:
    """What a file is called, as somebody's login, mailbox or id."""
    return [("word", exact(text))]


def loose_words(text: str) -> list[Key]:
    """The same without what file names lose."""
    return [("loose word", unpadded(squash(text)))]


def _others(person: Person) -> Iterator[Key]:
    mailbox = person.email.partition("@")[0]
    for word in filter(None, (person.login, person.email, mailbox, person.sis_id, person.canvas_id)):
        yield from (*words(word), *loose_words(word))
    yield "submission", exact(person.submission)
    yield "group", squash(person.group)
