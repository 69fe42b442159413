"""Answers that are empty, equal or nearly so, to be marked together. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
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
    """Texts by the first one that they are close to: nobody is joined to one by way of another.

    Two sets that share 80 of 100 pieces share one of the rarest 21 of each: only those are looked up, so that
    what everybody has copied, the question for one, costs nothing.
    """
    pieces = [_pieces(text) for text in texts]
    rare = _rarest(pieces)
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, own in enumerate(rare):
        for piece in own:
            where[piece].append(at)
    taken = set[int]()
    for at in range(len(texts)):
        if at not in taken:
            others = {other for piece in rare[at] for other in where[piece]} - taken
            members = sorted({at, *(other for other in others if _alike(pieces[at], pieces[other]))})
            taken.update(members)
            yield tuple(texts[one] for one in members)


def _rarest(pieces: Sequence[frozenset[tuple[str, ...]]]) -> list[list[tuple[str, ...]]]:
    """Of each set the pieces that fewest have, as many as it must share one of with any set like it."""
    often = Counter(piece for own in pieces for piece in own)
    ordered = (sorted(own, key=lambda piece: (often[piece], piece)) for own in pieces)
    return [own[: len(own) - ceil(ALIKE * len(own)) + 1] for own in ordered]


def _pieces(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    words = words[:LONGEST]
    return frozenset(words[n : n + WORDS] for n in range(max(1, len(words) - WORDS + 1)))


def _alike(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    shared = len(one & other)
    return shared >= ALIKE * (len(one) + len(other) - shared)
