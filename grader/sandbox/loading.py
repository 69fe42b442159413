"""Loading a slice into a worker, statement by statement, so that a hang or an exit is known by its line."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from grader.errors import ProtocolError
from grader.records.submission import Slice
from grader.sandbox.limits import Limits
from grader.wall.answers import Answer, Progress, read_answer
from grader.wall.values import SourceLine
from grader.wall.verbs import Load
from grader.wall.wire import receive

Key = tuple[str, int]


class Loading:
    """One attempt; `current` is the statement that was begun last."""

    def __init__(self, slice: Slice, seed: int, skip: Iterable[Key], limits: Limits) -> None:
        self._limits = limits
        self._known = {(chunk.label, chunk.line) for module in slice.modules for chunk in module.chunks}
        self.request = Load(clean(slice), seed, tuple(SourceLine(*key) for key in sorted(skip)))
        self.current: Key | None = None

    def wait(self, sock: socket.socket, number: int, end: float) -> Answer:
        """Return the worker's answer to the request.

        Raises what `wire.receive` raises, TimeoutError also when one statement takes too long.
        """
        while True:
            deadline = min(end, time.monotonic() + self._limits.chunk_seconds)
            answer = read_answer(receive(sock, self.request.limits, deadline).header)
            if answer.id != number:
                raise ProtocolError("the worker answered another request than the one asked")
            if not isinstance(answer, Progress):
                return answer
            self._note(answer.chunk)

    def _note(self, chunk: SourceLine) -> None:
        key = chunk.label, chunk.line
        if key not in self._known:
            raise ProtocolError("the worker names a statement that the submission does not have")
        self.current = key


def clean(slice: Slice) -> Slice:
    """Return a slice that can cross the wall, which half of a surrogate pair in a notebook could not."""
    plain = _clean(msgspec.to_builtins(replace(slice, dropped=())))
    return msgspec.convert(plain, Slice)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value
