"""Whom a submission is of: by the kind of id that an export gives, then by name, never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from grader.classroom.people import IDS, Person, Roster, squash


@dataclass(frozen=True, slots=True)
class Match:
    """The people of a submission as the roster knows them, and what a person should know about it."""

    people: tuple[Person, ...]
    known: tuple[Person, ...] = ()  # those of them that are on the roster, as they stand there
    remarks: tuple[str, ...] = ()


def match(claimed: tuple[Person, ...], roster: Roster) -> Match:
    """Every person that a submission claims, found on the roster; a group's name stands for its members."""
    found = [_one(person, roster) for person in claimed]
    return Match(
        tuple(person for one in found for person in one.people),
        tuple(person for one in found for person in one.known),
        tuple(remark for one in found for remark in one.remarks),
    )


def _one(claim: Person, roster: Roster) -> Match:
    if not roster.people:
        return Match((claim,))
    if members := _group(claim, roster):
        return Match(members, members)
    for candidates in _candidates(claim, roster):
        if len(candidates) == 1:
            return _matched(claim, candidates[0])
        if candidates:
            names = ", ".join(person.called for person in candidates)
            return Match((claim,), (), (f"{claim.called} may be {len(candidates)} on the roster ({names}).",))
    return Match((claim,), (), (f"{claim.called} is nobody on the roster.",))


def _candidates(claim: Person, roster: Roster) -> Iterator[list[Person]]:
    """Who it may be: by each kind of id that both have, then by what it is called."""
    for kind in IDS:
        if wanted := squash(getattr(claim, kind)):
            yield [person for person in roster.people if squash(getattr(person, kind)) == wanted]
    possible = [person for person in roster.people if not _contradict(claim, person)]
    wanted_names = claim.names()
    yield [person for person in possible if wanted_names & person.names()]
    if not any(getattr(claim, kind) for kind in IDS if kind != "submission"):
        yield [person for person in possible if squash(claim.name) in _words(person)]


def _words(person: Person) -> set[str]:
    """What somebody may call a file of theirs: a login, a mailbox, an id."""
    ids = (person.login, person.email, person.email.partition("@")[0], person.sis_id, person.canvas_id)
    return set(map(squash, ids)) - {""}


def _contradict(one: Person, other: Person) -> bool:
    """Say whether two ids of one kind differ: these are two people, whatever their names."""
    kinds = (kind for kind in IDS if kind != "submission")  # a name that the roster may not know of
    pairs = ((squash(getattr(one, kind)), squash(getattr(other, kind))) for kind in kinds)
    return any(left and right and left != right for left, right in pairs)


def _group(claim: Person, roster: Roster) -> tuple[Person, ...]:
    name = squash(claim.name)
    return tuple(person for person in roster.people if name and squash(person.group) == name)


def _matched(claim: Person, person: Person) -> Match:
    """Return a match with the roster's person, to whom what only the export knows is added."""
    said = {field.name: getattr(person, field.name) or getattr(claim, field.name) for field in fields(Person)}
    remarks = list[str]()
    if not person.is_student:
        remarks.append(f"{person.called} is no student: no grade leaves for them.")
    elif claim.canvas_id and claim.names() and not claim.names() & person.names():
        remarks.append(
            f"{person.called} handed in as {claim.name!r}. If it is a group, its other members are unknown: "
            "a column 'group' on the roster says who they are."
        )
    return Match((replace(person, **said),), (person,), tuple(remarks))
