"""Pages to look at: progress, agreement, the history of a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from grader.classroom.statistics import Row, clusters
from grader.marks.entry import Entry, Flag, Mark, Reading, Reply, Undo
from grader.marks.entry import Request as Asked
from grader.records.grade import ScoredCheck
from grader.reports import words
from grader.review import agreement, pace
from grader.review.desk import Desk
from grader.review.ledger import Place, place_of
from grader.scoring import by_a_person


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as it is told."""

    entry: Entry
    words: str
    gone: bool


async def progress(request: Request, desk: Desk) -> Response:
    """What each grader did of each question, what is left, and how long it will take."""
    desk.board.refresh()
    paces = pace.paces(desk.ledger.entries, desk.ledger.gone)
    rows = []
    for line, check in desk.by_people().items():
        queue = desk.queue(line)
        own = [one for one in paces if one.line == line]
        left = len(queue.open)
        rows.append((queue, own, left, pace.to_go({check.id: left}, own)))
    return desk.page("progress.html", request, rows=rows)


async def agreed(request: Request, desk: Desk) -> Response:
    """How far two readers agree, question by question, and every difference."""
    desk.board.refresh()
    known, rows = desk.board.catalogue.by_subject, []
    for line, check in desk.by_people().items():
        twice = [one for one in agreement.read_twice(desk.ledger, line) if one.place.subject in known]
        rows.append((check, twice, agreement.of(twice)))
    apart = any(one.apart for _, twice, _ in rows for one in twice)
    return desk.page("agreement.html", request, rows=rows, apart=apart)


async def causes(request: Request, desk: Desk) -> Response:
    """What cost points, the most frequent first, each leading to one who has it."""
    desk.board.refresh()
    pieces = desk.board.catalogue.pieces
    rows = [Row(piece.entry, desk.board.merged[key]) for key, piece in pieces.items()]
    shown = []
    for cluster in clusters(rows):
        subjects = [entry.subject or entry.name for entry in cluster.entries]
        shown.append((cluster, Place(subjects[0], _line_of(desk, subjects[0], cluster.checks))))
    return desk.page("causes.html", request, clusters=shown, decisions=desk.ledger.standing.decisions)


def _line_of(desk: Desk, subject: str, lines: Sequence[str]) -> str:
    """The first of these lines that a submission lost."""
    lost = (
        line
        for line in lines
        if (check := desk.board.check(Place(subject, line))) and check.score < check.max_score
    )
    return next(lost, lines[0])


async def history(request: Request, desk: Desk) -> Response:
    """Everything that was said of a line, taken back or not."""
    desk.board.refresh()
    piece, check = desk.at(request)
    place = piece.place(check.id)
    said = tuple(_about(desk, place, check))
    queue = check.id if by_a_person(check.part) else "error"
    return desk.page(
        "history.html", request, piece=piece, judged=check, said_all=said, place=place, queue=queue
    )


def _about(desk: Desk, place: Place, check: ScoredCheck) -> Iterator[Said]:
    numbers = {entry.number for entry in desk.ledger.entries if place_of(entry.what) == place}
    for entry in desk.ledger.entries:
        undoes = isinstance(entry.what, Undo) and entry.what.number in numbers
        if undoes or entry.number in numbers:
            yield Said(entry, _told(entry, check), entry.number in desk.ledger.gone)


def _told(entry: Entry, check: ScoredCheck) -> str:
    match entry.what:
        case Mark(points=None, comment=comment):
            return f"commented: {comment}"
        case Mark(points=points, comment=comment):
            return f"{_of(points, check)}: {comment}"
        case Reading(points=points, comment=comment):
            return f"second reading, {_of(points, check)}: {comment}"
        case Flag(raised=raised):
            return "flagged it" if raised else "took the flag away"
        case Asked(words=asked):
            return f"the student asks: {asked}"
        case Reply(words=reply):
            return f"answered the student: {reply}"
        case Undo(number=number):
            return f"took number {number} back"
    return ""


def _of(points: float | None, check: ScoredCheck) -> str:
    return f"{words.number(points or 0.0)} of {words.number(check.max_score)}"
