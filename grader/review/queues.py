"""What is left for people, as queues: whose turn it is, in an order that favours nobody. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from grader.marks.entry import Mark, Reading
from grader.records.grade import Outcome, ScoredCheck, for_a_person
from grader.review.catalogue import Piece
from grader.review.ledger import Ledger, Place
from grader.scoring import BY_A_PERSON


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
        mine = _hash("share", piece.subject) % self.of == self.share - 1
        return mine and (not self.sections or bool(self.sections & piece.sections))


@dataclass(frozen=True, slots=True)
class Class:
    """What queues are made from: every submission, its lines as they count, and what was said.

    `unsettled` are those of its lines that have no verdict, or a mark: few of many.
    """

    pieces: Sequence[Piece]
    checks: Mapping[str, Mapping[str, ScoredCheck]]
    unsettled: Mapping[str, Sequence[str]]
    ledger: Ledger = field(default_factory=Ledger)


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


OTHERS: Mapping[str, str] = {
    "error": "The grader could not judge",
    "stale": "Marks out of date",
    "pending": "Not assessed in the run",
    "flagged": "Flagged",
    "second": "Second reader",
    "requests": "Regrade requests",
}


def every(class_: Class, scope: Scope) -> tuple[Queue, ...]:
    """All queues: each question, then the others."""
    return tuple(queue(name, class_, scope) for name in names(class_))


def names(class_: Class) -> tuple[str, ...]:
    """The ids of all queues: each question, then the others."""
    lines = dict.fromkeys(
        id for checks in class_.checks.values() for id, check in checks.items() if _by_a_person(check)
    )
    return (*lines, *OTHERS)


def queue(name: str, class_: Class, scope: Scope) -> Queue:
    """One queue by its id: a line of the rubric, a question first of all, or one of `OTHERS`."""
    if name in OTHERS:
        waiting = frozenset(_other(name, class_, scope))
        return Queue(name, OTHERS[name], tuple(sorted(waiting, key=_order)), waiting)
    return _question(name, class_, scope)


def calibration(line: str, class_: Class, count: int) -> tuple[Place, ...]:
    """The answers to a question that everybody reads first, whatever their share."""
    places = sorted((one.place(line) for one in class_.pieces), key=_order)
    return tuple(places[:count]) if len(places) > 2 * count else ()


def read_by(place: Place, ledger: Ledger, who: str) -> bool:
    """Whether somebody has given the mark that stands, or a reading beside it."""
    mark = ledger.mark(place)
    readers = {
        entry.what.reader for entry in ledger.readings.get(place, ()) if isinstance(entry.what, Reading)
    }
    return who in readers or bool(mark and mark.who == who)


def is_second(place: Place, ledger: Ledger, class_: Class, scope: Scope, queue: str) -> bool:
    """Whether my word on a place is a second reading: another has marked it, and I read it blind."""
    if not _by_another(place, ledger, scope):
        return False
    return queue == "second" or place in calibration(place.line, class_, scope.calibrate)


def _by_another(place: Place, ledger: Ledger, scope: Scope) -> bool:
    mark = ledger.mark(place)
    return mark is not None and _points(mark.what) and not read_by(place, ledger, scope.who)


def _question(line: str, class_: Class, scope: Scope) -> Queue:
    rows = [(one.place(line), class_.checks[one.key].get(line), scope.has(one)) for one in class_.pieces]
    checks = {place: check for place, check, _ in rows}
    first = calibration(line, class_, scope.calibrate) if any(map(_by_a_person, checks.values())) else ()
    wanted = [place for place, check, mine in rows if mine and place not in first and _is_for(check)]
    places = (*first, *sorted(wanted, key=_order))
    title = next((check.title for check in checks.values() if check), line)
    waits = {place for place in places if (check := checks[place]) and for_a_person(check)}
    unread = {place for place in first if _by_another(place, class_.ledger, scope)}
    return Queue(line, title.removesuffix(" (a person grades)"), places, waits | unread)


def _other(name: str, class_: Class, scope: Scope) -> Iterable[Place]:
    mine = {piece.subject: class_.checks[piece.key] for piece in class_.pieces if scope.has(piece)}
    source, test = OTHER_PLACES[name]
    for place in source(class_):
        check = mine.get(place.subject, {}).get(place.line)
        if check is not None and test(place, check, class_.ledger, scope):
            yield place


def unsettled(checks: Iterable[ScoredCheck]) -> tuple[str, ...]:
    """The lines of one submission that have no verdict, or a mark."""
    open_ended = (Outcome.ERROR, Outcome.PENDING)
    return tuple(check.id for check in checks if check.mark is not None or check.outcome in open_ended)


def _unsettled(class_: Class) -> Iterable[Place]:
    return (piece.place(line) for piece in class_.pieces for line in class_.unsettled[piece.key])


def _marked(class_: Class) -> Iterable[Place]:
    marks = class_.ledger.standing.marks
    return (Place(subject, line) for subject, own in marks.items() for line in own)


def _in_error(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    return check.outcome is Outcome.ERROR


def _stale(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    return check.mark is not None and check.mark.stale


def _pending(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    return check.outcome is Outcome.PENDING and check.part != BY_A_PERSON


def _flagged(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    return place in ledger.flags


def _second(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    if check.part != BY_A_PERSON or not (mark := ledger.mark(place)) or mark.who == scope.who:
        return False
    chosen = _hash("twice", *place) % 1000 < scope.twice * 1000
    return chosen and not ledger.readings.get(place) and _points(mark.what)


def _requested(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    thread = ledger.threads.get(place)
    return thread is not None and thread.reply is None


Test = Callable[[Place, ScoredCheck, Ledger, Scope], bool]
OTHER_PLACES: Mapping[str, tuple[Callable[[Class], Iterable[Place]], Test]] = {
    "error": (_unsettled, _in_error),
    "stale": (_unsettled, _stale),
    "pending": (_unsettled, _pending),
    "flagged": (lambda class_: class_.ledger.flags, _flagged),
    "second": (_marked, _second),
    "requests": (lambda class_: class_.ledger.threads, _requested),
}


def _by_a_person(check: ScoredCheck | None) -> bool:
    return check is not None and check.part == BY_A_PERSON


def _is_for(check: ScoredCheck | None) -> bool:
    """Whether a person may want to see a line: every answer, and what else lost points or has a mark."""
    return check is not None and (
        _by_a_person(check) or check.score < check.max_score or check.mark is not None
    )


def _points(what: object) -> bool:
    return isinstance(what, Mark) and what.points is not None


def _order(place: Place) -> tuple[str, int]:
    return place.line, _hash(*place)


@lru_cache(1 << 18)  # asked for every line of every submission, for every page
def _hash(*words: str) -> int:
    whole = "\n".join(words).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(whole).digest()[:8], "big")
