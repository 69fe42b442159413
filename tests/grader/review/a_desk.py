"""A review of a made-up class: as values, and served to a browser made of http.client."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn

from fixtures.review_class import write
from grader import profiles
from grader.marks.entry import Entry, Mark, What
from grader.marks.store import Store
from grader.review import serving
from grader.review.board import Board
from grader.review.catalogue import Catalogue
from grader.review.desk import Desk
from grader.review.guard import Session
from grader.review.scope import Scope

FIRST, SECOND = "questions.question1", "questions.question2"
Fields = Mapping[str, object] | list[tuple[str, str]]
START = datetime(2026, 11, 26, 12, tzinfo=UTC)


def entries(*said: What | tuple[str, What], seconds: float = 30.0) -> tuple[Entry, ...]:
    """A log, by "ta" where it says nobody, an entry every half minute."""
    pairs = [one if isinstance(one, tuple) else ("ta", one) for one in said]
    return tuple(
        Entry(n, START + timedelta(seconds=seconds * n), who, what) for n, (who, what) in enumerate(pairs, 1)
    )


def given(subject: str, points: float | None, line: str = FIRST, **how: Any) -> Mark:
    """A mark bound to nothing."""
    return Mark(subject, line, points, "", **how)


def desk(home: Path, count: int = 6, profile: str = profiles.DEFAULT, **scope: object) -> Desk:
    """A desk over a class of `count` in `home`, whose reports are written once."""
    out = home / "reports"
    if not out.exists():
        write(out, count, profile=profile)
    catalogue = Catalogue(out)
    wanted = {"who": "tess", "calibrate": 0, "twice": 0.0, **scope}
    return Desk(Board(catalogue, home / "marks.sqlite"), Scope(**wanted), "Assignment 3")  # type: ignore[arg-type]


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: bytes


@dataclass
class Browser:
    """Asks as a browser does that has the cookie; `headers` None takes one away."""

    port: int
    session: Session
    cookie: str = ""
    headers: dict[str, str | None] = field(default_factory=dict)

    def get(self, path: str, **headers: str | None) -> Answer:
        """A page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: Fields, **headers: str | None) -> Answer:
        """A form sent by a page of ours."""
        own = {"Origin": f"http://127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin"}
        typed = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields).encode(), {**own, **typed, **headers})

    def open(self) -> Answer:
        """Turn the token into the cookie."""
        answer = self.get(f"/open?token={self.session.token}")
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    def follow(self, path: str) -> tuple[str, Answer]:
        """A page, by way of what it leads to; where it ended."""
        answer = self.get(path)
        while answer.status in (302, 303):
            path = answer.headers["location"]
            answer = self.get(path)
        return path, answer

    def save(self, path: str, do: str = "save", **fields: object) -> Answer:
        """Send the form of a screen, with the number that the page holds."""
        page = self.get(path).text
        seen = re.search(r'name="seen" value="(\d+)"', page)
        assert seen
        items = fields.pop("items", ())
        assert isinstance(items, tuple)
        second = [("second", "yes")] * ('name="second"' in page)
        pairs = [*second, *(("item", str(item)) for item in items)] + [
            (key, str(value)) for key, value in fields.items()
        ]
        return self.post(path, [("seen", seen[1]), ("do", do), *pairs])

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str | None]) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": self.cookie, **self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        line.request(method, path, body, {key: value for key, value in sent.items() if value is not None})
        got = line.getresponse()
        raw = got.read()
        line.close()
        return Answer(
            got.status, {k.lower(): v for k, v in got.getheaders()}, raw.decode(errors="replace"), raw
        )


@contextmanager
def served(one: Desk) -> Iterator[Browser]:
    """The desk on a port, in a thread, and a browser that has opened it."""
    with serving._socket(0) as listening:
        port = listening.getsockname()[1]
        session = Session(port)
        server = uvicorn.Server(serving.configured(one, session))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        browser = Browser(port, session)
        while not server.started:
            time.sleep(0.01)
        browser.open()
        yield browser
        server.should_exit = True
        thread.join(10)
    one.board.close()


def log(one: Desk) -> tuple[Entry, ...]:
    """What is on the disk."""
    with Store.open(one.board.marks) as store:
        return store.entries()
