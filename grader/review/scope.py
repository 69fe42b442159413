"""Whose turn it is and for what: shares, and queues of places in an order that favours nobody. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from grader.records.grade import ScoredCheck
from grader.review.catalogue import Piece
from grader.review.ledger import Ledger, Place


@dataclass(frozen=True, slots=True)
class Scope:
    """Who works on what: a share (1 of 4), sections; how much is read twice, how many by all at first."""

    who: str
    share: int = 1
    of: int = 1
    sections: frozenset[str] = frozenset()
    twice: float = 0.1
    calibrate: int = 3

    def has(self, piece: Piece) -> bool:
        """Whether a submission is one of mine."""
        mine = hashed("share", piece.subject) % self.of == self.share - 1
        return mine and (not self.sections or bool(self.sections & piece.sections))


@dataclass(frozen=True, slots=True)
class Class:
    """What queues are made from: every submission, its lines as they count, and what was said.

    `unsettled` are those of its lines that have no verdict, or a mark: few of many. `orders` remembers the
    places of a line in their order, which no mark changes.
    """

    pieces: Sequence[Piece]
    checks: Mapping[str, Mapping[str, ScoredCheck]]
    unsettled: Mapping[str, Sequence[str]]
    ledger: Ledger = field(default_factory=Ledger)
    orders: dict[str, tuple[tuple[Place, Piece], ...]] = field(default_factory=dict)

    def ordered(self, line: str) -> tuple[tuple[Place, Piece], ...]:
        """Every submission's place on a line, in its order."""
        if line not in self.orders:
            places = ((one.place(line), one) for one in self.pieces)
            self.orders[line] = tuple(sorted(places, key=lambda pair: order(pair[0])))
        return self.orders[line]


@dataclass(frozen=True, slots=True)
class Queue:
    """Places in their order, and those of them that are open."""

    id: str
    title: str
    places: tuple[Place, ...]
    open: Set[Place]

    def next(self, after: Place | None = None) -> Place | None:
        """The first open one behind `after`, then from the start; never `after` itself."""
        at = self._at(after)
        turned = (*self.places[at:], *self.places[:at])
        return next((place for place in turned if place in self.open and place != after), None)

    def beside(self, place: Place, step: int) -> Place | None:
        """The one before (-1) or behind (1) a place, graded or not."""
        if place not in self.places:
            return self.next()
        at = self.places.index(place) + step
        return self.places[at] if 0 <= at < len(self.places) else None

    def _at(self, after: Place | None) -> int:
        return self.places.index(after) + 1 if after in self.places else 0


def order(place: Place) -> tuple[str, int]:
    """Where a place stands in a queue: by line, then by a hash, so that nobody is always first."""
    return place.line, hashed(*place)


@lru_cache(1 << 18)  # asked for every line of every submission, for every page
def hashed(*words: str) -> int:
    """A number that anybody computes alike and nobody chooses."""
    whole = "\n".join(words).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(whole).digest()[:8], "big")
