"""The pictures of a submission and of its grading, by number: no path comes from an address."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.review.desk import Desk


async def show(request: Request, desk: Desk) -> Response:
    """One picture as PNG, which this grader made itself."""
    key, kind, number = (request.path_params[name] for name in ("key", "kind", "number"))
    if key not in desk.board.catalogue.pieces:
        raise HTTPException(404, "There is no such submission.")
    grade = desk.board.catalogue.whole(key)
    every = grade.submission.saved.figures if kind == "figure" else grade.pictures
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else len(every)
    if place >= len(every):
        raise HTTPException(404, "There is no such picture.")
    return Response(
        every[place].png, media_type="image/png", headers={"Cache-Control": "private, max-age=600"}
    )
