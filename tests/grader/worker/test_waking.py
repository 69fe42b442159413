"""A loop runs where no sockets are given."""

from __future__ import annotations

import asyncio
import socket

import pytest

from grader.worker import waking
from grader.worker.waking import put_pipes


def refuse(*_: object, **__: object) -> None:
    """What the filter of system calls answers."""
    raise PermissionError


def test_a_loop_runs_without_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads wake it."""
    monkeypatch.setattr(socket, "socketpair", socket.socketpair)
    monkeypatch.setattr(waking, "PAIR", refuse)
    put_pipes()

    async def doubled() -> int:
        return 2 * await asyncio.to_thread(lambda: 21)

    assert asyncio.run(doubled()) == 42


def test_sockets_are_given_where_they_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without a wall."""
    monkeypatch.setattr(socket, "socketpair", socket.socketpair)
    put_pipes()

    first, second = socket.socketpair()
    with first, second:
        assert isinstance(first, socket.socket)
