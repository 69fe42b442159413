"""Whom a submission is of: by the kind of id that an export gives, then by name, never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from grader.classroom.directory import Directory, Key, bare_ids, ids, loose_words, names, words
from grader.classroom.people import IDS, Person, exact, of_one_name, same_ids, squash, unmarked, unpadded

HOW = "a column 'submission' on the roster says whose it is"


@dataclass(frozen=True, slots=True)
class Match:
    """The people of a submission as the roster knows them, and what a person should know about it."""

    people: tuple[Person, ...]
    known: tuple[Person, ...] = ()  # those of them that are on the roster, as they stand there
    remarks: tuple[str, ...] = ()
    unsure: tuple[Person, ...] = ()  # those of them that may be several on the roster


def match(claimed: tuple[Person, ...], roster: Directory, called: Iterable[str] = ()) -> Match:
    """Every person that a submission claims, found on the roster; a group's name stands for its members.

    Where the roster itself says whose the submission is, by what it is `called`, that counts.
    """
    for name in called:
        if told := tuple(roster.of([("submission", exact(name))])):
            return Match(told, told)
    found = [_one(person, roster) for person in claimed]
    return Match(
        tuple(person for one in found for person in one.people),
        tuple(person for one in found for person in one.known),
        tuple(remark for one in found for remark in one.remarks),
        tuple(person for one in found for person in one.unsure),
    )


def _one(claim: Person, roster: Directory) -> Match:
    if not roster.people:
        return Match((claim,))
    if members := tuple(roster.of([("group", squash(claim.name))])):
        return Match(members, members)
    for candidates in _candidates(claim, roster):
        if len(candidates) == 1:
            return _matched(claim, candidates[0])
        if candidates:
            return _unsure(claim, candidates)
    if near := roster.of(ids(claim)):
        return _unsure(claim, near)
    stranger = replace(claim, moodle_id="")  # it may be a group's
    return Match((stranger,), (), (f"{claim.called} is nobody on the roster.",))


def _unsure(claim: Person, candidates: Sequence[Person]) -> Match:
    names = ", ".join(person.called for person in candidates)
    several = f"may be {len(candidates)} on the roster ({names})"
    may = several if len(candidates) > 1 else f"has an id of {names}, but another name or a better id"
    return Match((claim,), (), (f"{claim.called} {may}: {HOW}.",), (claim,))


def _candidates(claim: Person, roster: Directory) -> Iterator[Sequence[Person]]:
    """Who it may be: by the ids that both have, then by what it is called, the surest way first."""
    yield _by_ids(claim, roster, ids(claim))
    named = [person for person in roster.of(names(claim)) if same_ids(claim, person) is not False]
    if claim.ids():
        yield named
        yield [one for one in _by_ids(claim, roster, bare_ids(claim)) if of_one_name(claim, one)]
    else:
        for keys in (words(claim.name), loose_words(claim.name)):
            yield list(dict.fromkeys((*named, *roster.of(keys))))


def _by_ids(claim: Person, roster: Directory, keys: Iterable[Key]) -> Sequence[Person]:
    """Everybody whom one of the ids means, if all else agrees; an id that several have means nobody."""
    those = [roster.of([key]) for key in keys]
    found = list(dict.fromkeys(people[0] for people in those if len(people) == 1))
    return [one for one in found if _agree(claim, one)] if len(found) == 1 else found


def _agree(claim: Person, person: Person) -> bool:
    """Whether nothing speaks against an id that both have.

    Where a better id is another one the name must be the same. Moodle gives a group the group's number, which
    may be somebody's, too; in older versions it wrote "Group-Jane Doe" with her own.
    """
    if of_one_name(claim, person):
        return True
    if claim.moodle_id:
        return any(squash(claim.name).endswith(name) for name in person.names())
    return same_ids(claim, person) is not False


def _matched(claim: Person, person: Person) -> Match:
    """Return a match with the roster's person, to whom what only the export knows is added."""
    said = {field.name: getattr(person, field.name) or getattr(claim, field.name) for field in fields(Person)}
    padded = {kind: claim.id(kind) for kind in IDS if _is_padded(claim.id(kind), person.id(kind))}
    remarks = [f"{person.called} is {id} in the export; the roster has lost zeros." for id in padded.values()]
    if not person.is_student:
        remarks.append(f"{person.called} is no student: no grade leaves for them.")
    elif claim.canvas_id and claim.names() and not _of_one_spelling(claim, person):
        remarks.append(
            f"{person.called} handed in as {claim.name!r}. If it is a group, its other members are unknown: "
            "a column 'group' on the roster says who they are."
        )
    return Match((replace(person, **{**said, **padded}),), (person,), tuple(remarks))


def _of_one_spelling(claim: Person, person: Person) -> bool:
    """Whether both have one name, accents apart: file names may have lost them."""
    return bool({*map(unmarked, claim.names())} & {*map(unmarked, person.names())})


def _is_padded(id: str, other: str) -> bool:
    return bool(other) and len(id) > len(other) and unpadded(id) == other
