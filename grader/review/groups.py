"""Answers that are empty, equal or nearly so, to be marked together. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ALIKE = 0.8  # of the pieces of two near-equal answers are in both
WORDS = 3  # of a piece
LONGEST = 600  # words of an answer that are compared; a longer one is seldom anybody else's

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group(Generic[Key]):
    """Answers that say the same; `kind` is "empty", "equal" or "near"."""

    kind: str
    keys: tuple[Key, ...]
    text: str


def groups(answers: Mapping[Key, str]) -> tuple[Group[Key], ...]:
    """The groups of more than one, the largest first; an answer is in one of them at most."""
    equal: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key, text in answers.items():
        equal[plain(text)].append(key)
    empty = equal.pop((), [])
    found = [Group("empty", tuple(empty), "")] if empty else []
    for words in _near(tuple(equal)):
        keys = tuple(key for one in words for key in equal[one])
        if len(keys) > 1:
            found.append(Group("equal" if len(words) == 1 else "near", keys, answers[keys[0]]))
    return tuple(sorted(found, key=lambda group: (group.kind != "empty", -len(group.keys))))


def plain(text: str) -> tuple[str, ...]:
    """The words of a text; case, accents' spelling, punctuation and blanks make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return tuple("".join(char if char.isalnum() else " " for char in folded).split())


def _near(texts: Sequence[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Texts by the first one that they are close to: nobody is joined to one by way of another."""
    pieces = [_pieces(text) for text in texts]
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    taken = set[int]()
    for at, own in enumerate(pieces):
        for piece in own:
            where[piece].append(at)
    for at, own in enumerate(pieces):
        if at not in taken:
            shared = Counter(other for piece in own for other in where[piece] if other not in taken)
            near = [other for other, count in shared.items() if _alike(count, own, pieces[other])]
            members = sorted({at, *near})
            taken.update(members)
            yield tuple(texts[one] for one in members)


def _pieces(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    words = words[:LONGEST]
    return frozenset(words[n : n + WORDS] for n in range(max(1, len(words) - WORDS + 1)))


def _alike(shared: int, one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    return shared >= ALIKE * (len(one) + len(other) - shared)
