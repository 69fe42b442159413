"""Loops of asyncio without sockets, which no worker is given: threads wake them by a pipe."""

from __future__ import annotations

import os
import socket
from typing import Any

PAIR = socket.socketpair


class End:
    """One end of a pipe, with what a loop asks of a socket."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        """The file's number."""
        return self._number

    def setblocking(self, flag: bool) -> None:
        """Whether reading waits where there is nothing."""
        os.set_blocking(self._number, flag)

    def recv(self, size: int) -> bytes:
        """What was sent."""
        return os.read(self._number, size)

    def send(self, data: bytes) -> int:
        """Write to the other end."""
        return os.write(self._number, data)

    def close(self) -> None:
        """Close it."""
        os.close(self._number)


def ends(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
    """A pair of sockets, or of the ends of a pipe where sockets are refused."""
    try:
        return PAIR(*args, **kwargs)
    except PermissionError:
        reading, writing = os.pipe()
        return End(reading), End(writing)


def put_pipes() -> None:
    """Let loops find what wakes them."""
    socket.socketpair = ends
