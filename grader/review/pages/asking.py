"""Students' requests: opened from a table, answered at the line, kept for the next release."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from grader.errors import CallError, MarkConflict
from grader.marks.entry import Reply
from grader.marks.entry import Request as Asked
from grader.review import forms, requests
from grader.review.desk import Desk, away

LONGEST = 4000


async def show(request: Request, desk: Desk) -> Response:
    """Every thread, the open ones first."""
    desk.board.refresh()
    return _page(request, desk)


async def add(request: Request, desk: Desk) -> Response:
    """Open the requests of a table: all that are new, or none where one can't be right."""
    form = await forms.read(request)
    desk.board.refresh()
    table = form.one("table")
    try:
        new = read(desk, table)
    except CallError as error:
        return _page(request, desk, table, str(error))
    if new:
        desk.board.write(desk.scope.who, new)
    return away("/requests", "asked" if new else "")


async def reply(request: Request, desk: Desk) -> Response:
    """Answer a request, with what its line has now."""
    form = await forms.read(request)
    desk.board.refresh()
    piece, judged = desk.at(request)
    thread, words = desk.ledger.threads.get(piece.place(judged.id)), form.one("words").strip()[:LONGEST]
    if thread is None or not words:
        return away("/requests")
    now = desk.board.check(piece.place(judged.id))
    asked = thread.request.what
    assert isinstance(asked, Asked) and now is not None
    what = Reply(piece.subject, judged.id, asked.words, words, asked.points, now.score)
    try:
        desk.board.write(desk.scope.who, [what], [max(0, form.whole("seen"))])
    except MarkConflict:
        return away("/requests", "late")
    return away("/queue/requests", "answered")


def read(desk: Desk, table: str) -> tuple[Asked, ...]:
    """The new requests of a table; raises CallError with every fault."""
    pieces = tuple(desk.board.catalogue.pieces.values())
    return requests.read(table, pieces, desk.board.merged, desk.ledger)


def _page(request: Request, desk: Desk, table: str = "", problem: str = "") -> Response:
    threads = [
        (place, desk.board.catalogue.of(place.subject), thread)
        for place, thread in desk.ledger.threads.items()
    ]
    threads.sort(key=lambda one: (one[2].reply is not None, -one[2].request.number))
    shown = [(place, piece, thread) for place, piece, thread in threads if piece]
    status = 422 if problem else 200
    return desk.page("requests.html", request, status, threads=shown, table=table, problem=problem)
