"""The first page: what is left, queue by queue."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from grader.marks.about import question
from grader.review import pace, queues
from grader.review.desk import Desk
from grader.review.ledger import Place
from grader.review.others import OTHERS


async def show(request: Request, desk: Desk) -> Response:
    """All queues with what is open in them."""
    desk.board.refresh()
    every = tuple(map(desk.queue, queues.names(desk.class_)))
    paces = pace.paces(desk.ledger.entries, desk.ledger.gone)
    left = {queue.id: len(queue.open) for queue in every if queue.id not in OTHERS}
    complete = sum(grade.complete for grade in desk.board.merged.values())
    time = pace.to_go(left, paces)
    asked = {id for id, check in desk.by_people().items() if question(check)}
    return desk.page("home.html", request, queues=every, asked=asked, complete=complete, time=time, left=left)


async def keys(request: Request, desk: Desk) -> Response:
    """The keys, for whoever has no script."""
    return desk.page("keys.html", request)


async def next_(request: Request, desk: Desk) -> Response:
    """The next open place of a queue, behind the one in the address; the end where there is none."""
    desk.board.refresh()
    queue = desk.queue(request.path_params["queue"])
    place = queue.next(_after(request, desk))
    if place is None:
        return desk.page("done.html", request, queue=queue)
    return RedirectResponse(desk.address(queue.id, place), 302)


def _after(request: Request, desk: Desk) -> Place | None:
    key, _, line = request.query_params.get("after", "").partition("/")
    piece = desk.board.catalogue.pieces.get(key)
    return piece.place(line) if piece else None
