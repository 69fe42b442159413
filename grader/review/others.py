"""The queues beside those of the questions: each a reason why a person must look at a line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from grader.marks.entry import Mark
from grader.records.grade import Outcome, ScoredCheck
from grader.review.ledger import Ledger, Place
from grader.review.scope import Class, Queue, Scope, hashed, order
from grader.scoring import by_a_person

OTHERS: Mapping[str, str] = {
    "error": "The grader could not judge",
    "stale": "Marks out of date",
    "pending": "Not assessed in the run",
    "flagged": "Flagged",
    "second": "Second reader",
    "requests": "Regrade requests",
}


def other(name: str, class_: Class, scope: Scope) -> Queue:
    """One of them by its id; all of it is open."""
    waiting = frozenset(_other(name, class_, scope))
    return Queue(name, OTHERS[name], tuple(sorted(waiting, key=order)), waiting)


def has_points(what: object) -> bool:
    """Whether an entry is a mark that gives points."""
    return isinstance(what, Mark) and what.points is not None


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
    return check.outcome is Outcome.PENDING and not by_a_person(check.part)


def _flagged(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    return place in ledger.flags


def _second(place: Place, check: ScoredCheck, ledger: Ledger, scope: Scope) -> bool:
    if not by_a_person(check.part) or not (mark := ledger.mark(place)) or mark.who == scope.who:
        return False
    chosen = hashed("twice", *place) % 1000 < scope.twice * 1000
    return chosen and not ledger.readings.get(place) and has_points(mark.what)


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
