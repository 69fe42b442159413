"""Who may ask and what may be done with an answer: only this machine's browser that had the token.

A page of another site, or of another port of this machine, can reach 127.0.0.1 as well. It is told by the
names in Host, Origin and Sec-Fetch-Site, which no page can choose, and it never has the cookie.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
OPEN = "/open"  # where the token becomes a cookie
LARGEST = 1 << 18  # bytes of a form
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none, a form would come without its Origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Session:
    """One browser: a token that works once, and the cookie that it becomes."""

    def __init__(self, port: int) -> None:
        self.name = f"review-{port}"  # a cookie is sent to every port of a machine
        self.token = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)

    def exchange(self, token: str) -> str | None:
        """The cookie for the token, which is worth nothing from then on."""
        if not self.token or not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        self.token = ""
        return self._cookie

    def knows(self, header: str) -> bool:
        """Whether a Cookie header holds ours."""
        pairs = (
            one.strip().partition("=") for one in header.split(";")
        )  # http.cookies takes seconds for some
        own = [value.encode() for name, _, value in pairs if name == self.name]
        return any(hmac.compare_digest(value, self._cookie.encode()) for value in own)


class Guard:
    """Stands before the app: refuses, and adds to every answer what a browser must be told."""

    def __init__(self, app: ASGIApp, session: Session) -> None:
        self._app, self._session = app, session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if nothing speaks against it."""
        if scope["type"] != "http":
            return  # no socket is opened
        refused = self._answer(scope, Headers(scope=scope))
        app = refused or self._app
        await app(scope, _bounded(receive), _told(send))

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered at once, None for what may go on."""
        if problem := _problem(scope["method"], headers):
            return PlainTextResponse(problem, 403)
        if scope["path"] == OPEN:
            return self._opened(scope)
        if not self._session.knows(headers.get("cookie", "")):
            return PlainTextResponse("Open the address that `grader review` shows, in this browser.", 403)
        if int(_length(headers)) > LARGEST:
            return PlainTextResponse("This is too long.", 413)
        return None

    def _opened(self, scope: Scope) -> Response:
        query = scope["query_string"].decode("latin-1")
        cookie = self._session.exchange(query.removeprefix("token="))
        if cookie is None:
            said = "This address worked once. Use the browser that had it, or start `grader review` again."
            return PlainTextResponse(said, 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(self._session.name, cookie, httponly=True, samesite="strict", path="/")
        return response


def _problem(method: str, headers: Headers) -> str:
    """What speaks against a request before anything of it is read, "" for nothing."""
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
        return "This page is for this machine alone."
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("cross-site", "same-site"):
        return "Another page has sent this."
    if method in ("GET", "HEAD"):
        return ""
    if method != "POST":
        return "Nothing here does that."
    own = origin == f"http://{host}" if origin else site == "same-origin"
    return "" if own and site in (None, "same-origin") else "Another page has sent this."


def _length(headers: Headers) -> str:
    text = headers.get("content-length", "0")
    return text if text.isascii() and text.isdigit() and len(text) < 12 else str(LARGEST + 1)


def _bounded(receive: Receive) -> Receive:
    """The body of a request, as long as it is no longer than a form may be."""
    had = 0

    async def bounded() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get("body", b""))
        return message if had <= LARGEST else {"type": "http.disconnect"}

    return bounded


def _told(send: Send) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
                headers.setdefault(name, value)
        await send(message)

    return told
