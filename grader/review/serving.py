"""Serving the pages on this machine alone, until Ctrl-C."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from grader.errors import CallError
from grader.review.app import app
from grader.review.desk import Desk
from grader.review.guard import OPEN, Session

LOOPBACK = "127.0.0.1"
HEAD = 1 << 20  # bytes of a request's head: cookies of every port of this machine come along


class _Server(uvicorn.Server):
    """Ends quietly: what was accepted is on the disk already."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


def serve(desk: Desk, port: int, tell: Callable[[str], None]) -> None:
    """Serve until a signal comes; `tell` is given the address, with its token, once a browser can open it."""
    with _socket(port) as listening:
        number = listening.getsockname()[1]
        session = Session(number)
        config = configured(desk, session)
        gc.collect()
        gc.freeze()  # a class is a million values that stay: to look through them again takes longest
        tell(f"http://{LOOPBACK}:{number}{OPEN}?token={session.token}")
        _Server(config).run([listening])
    desk.board.close()


def configured(desk: Desk, session: Session) -> uvicorn.Config:
    """How a desk is served."""
    return uvicorn.Config(
        app(desk, session),
        log_level="warning",
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        h11_max_incomplete_event_size=HEAD,
        access_log=False,
        timeout_graceful_shutdown=3,
    )


def _socket(port: int) -> socket.socket:
    """A socket that no other machine reaches; port 0 takes any that is free."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
    except OSError as error:
        listening.close()
        raise CallError(f"Port {port} can't be used: {error.strerror}.") from None
    listening.listen()
    return listening
