"""What is left for people, as queues: each question, then the others. Pure."""

from __future__ import annotations

from grader.marks.entry import Reading
from grader.records.grade import ScoredCheck, for_a_person
from grader.review.ledger import Ledger, Place
from grader.review.others import OTHERS, has_points, other
from grader.review.scope import Class, Queue, Scope
from grader.scoring import by_a_person


def names(class_: Class) -> tuple[str, ...]:
    """The ids of all queues: each question, then the others."""
    lines = dict.fromkeys(
        id for checks in class_.checks.values() for id, check in checks.items() if _by_a_person(check)
    )
    return (*lines, *OTHERS)


def queue(name: str, class_: Class, scope: Scope) -> Queue:
    """One queue by its id: a line of the rubric, a question first of all, or one of `OTHERS`."""
    if name in OTHERS:
        return other(name, class_, scope)
    return _question(name, class_, scope)


def calibration(line: str, class_: Class, count: int) -> tuple[Place, ...]:
    """The answers to a question that everybody reads first, whatever their share."""
    ordered = class_.ordered(line)
    return tuple(place for place, _ in ordered[:count]) if len(ordered) > 2 * count else ()


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
    return mark is not None and has_points(mark.what) and not read_by(place, ledger, scope.who)


def _question(line: str, class_: Class, scope: Scope) -> Queue:
    rows = [(place, class_.checks[one.key].get(line), one) for place, one in class_.ordered(line)]
    checks = {place: check for place, check, _ in rows}
    first = calibration(line, class_, scope.calibrate) if any(map(_by_a_person, checks.values())) else ()
    wanted = (place for place, check, one in rows if _is_for(check) and scope.has(one))
    places = tuple(dict.fromkeys((*first, *wanted)))
    title = next((check.title for check in checks.values() if check), line)
    waits = {place for place in places if (check := checks[place]) and for_a_person(check)}
    unread = {place for place in first if _by_another(place, class_.ledger, scope)}
    return Queue(line, title.removesuffix(" (a person grades)"), places, waits | unread)


def _by_a_person(check: ScoredCheck | None) -> bool:
    return check is not None and by_a_person(check.part)


def _is_for(check: ScoredCheck | None) -> bool:
    """Whether a person may want to see a line: every answer, and what else lost points or has a mark."""
    return check is not None and (
        _by_a_person(check) or check.score < check.max_score or check.mark is not None
    )
