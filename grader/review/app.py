"""The app: which address is which page. Nothing outside of the guard is reachable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from grader.review import looks
from grader.review.desk import Desk
from grader.review.guard import Guard, Session
from grader.review.pages import asking, deciding, gate, groups, home, items, looking, pictures, saving, screen

STATIC = Path(__file__).with_name("static")
Handler = Callable[[Request, Desk], Awaitable[Response]]
READS: dict[str, Handler] = {
    "/": home.show,
    "/keys": home.keys,
    "/groups/{line}": groups.show,
    "/items/{line}": items.show,
    "/progress": looking.progress,
    "/causes": looking.causes,
    "/agreement": looking.agreed,
    "/history/{key}/{line}": looking.history,
    "/requests": asking.show,
    "/release": gate.show,
    "/queue/{queue}": home.next_,
    "/queue/{queue}/{key}/{line}": screen.show,
    "/{kind}/{key}/{number}.png": pictures.show,
}
WRITES: dict[str, Handler] = {
    "/queue/{queue}/{key}/{line}": saving.save,
    "/undo": saving.undo,
    "/groups/{line}": groups.save,
    "/items/{line}": items.save,
    "/decide": deciding.save,
    "/requests": asking.add,
    "/reply/{key}/{line}": asking.reply,
    "/release": gate.release,
}


def app(desk: Desk, session: Session) -> ASGIApp:
    """The whole of it for one desk and one browser."""
    routes = [Route(path, _bound(page, desk), methods=["GET"]) for path, page in READS.items()]
    routes += [Route(path, _bound(page, desk), methods=["POST"]) for path, page in WRITES.items()]
    inner = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=STATIC))],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    return Guard(inner, session)


def _bound(page: Handler, desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def bound(request: Request) -> Response:
        return await page(request, desk)

    return bound


async def _failed(request: Request, error: Exception) -> Response:
    """What a browser is told where the review itself breaks; the terminal shows why."""
    said = "The review itself failed, its terminal shows why. What was saved before is kept."
    return looks.page("refused.html", 500, why=said)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return looks.page("refused.html", error.status_code, why=error.detail)
