"""Loading a slice into a worker, statement by statement, so that a hang or an exit is known by its line."""

from __future__ import annotations

import socket
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from grader.errors import ProtocolError
from grader.records.submission import Slice
from grader.sandbox.limits import Limits
from grader.sandbox.stopwatch import Stopwatch
from grader.wall.answers import Answer, Progress, read_answer
from grader.wall.values import SourceLine
from grader.wall.verbs import Load
from grader.wall.wire import receive

Key = tuple[str, int]
FITS = 0.6  # of the time for loading: what the statements that are kept may have taken


class Loading:
    """One attempt; `current` is the statement that was begun last."""

    def __init__(
        self, slice: Slice, seed: int, skip: Iterable[Key], limits: Limits, watch: Stopwatch
    ) -> None:
        self._limits, self._watch = limits, watch
        self._known = {(chunk.label, chunk.line) for module in slice.modules for chunk in module.chunks}
        self.request = Load(clean(slice), seed, tuple(SourceLine(*key) for key in sorted(skip)))
        self.current: Key | None = None
        self._took: defaultdict[Key, float] = defaultdict(float)  # seconds of the worker's own

    def wait(self, sock: socket.socket, number: int, seconds: float) -> Answer:
        """Return the worker's answer to the request.

        Raises what `wire.receive` raises, TimeoutError also when one statement takes too long, or all
        together longer than `seconds`; StarvedError where they had no chance to.
        """
        while True:
            begun, left = self._watch.own, seconds - self._watch.own
            try:
                self._watch.wait(sock, max(0.0, min(left, self._limits.chunk_seconds)), seconds)
                answer = read_answer(receive(sock, self.request.limits, self._end()).header)
            finally:
                self._watch.look()
                if self.current is not None:
                    self._took[self.current] += self._watch.own - begun
            if answer.id != number:
                raise ProtocolError("the worker answered another request than the one asked")
            if not isinstance(answer, Progress):
                return answer
            self._note(answer.chunk)

    def slowest(self, seconds: float) -> dict[Key | None, str]:
        """Return the slowest statements, and what they did: so many that the rest fits into `seconds`."""
        slowest = sorted(self._took, key=self._took.__getitem__, reverse=True)
        found: dict[Key | None, str] = {}
        left = sum(self._took.values())
        for key in slowest:
            if found and left <= FITS * seconds:
                break
            left -= self._took[key]
            did = "did not finish within" if key == self.current else "took, where loading must be quick,"
            found[key] = f"{did} {self._took[key]:.0f} s"
        return found or {None: f"loading did not begin within {seconds:.0f} s"}

    def _end(self) -> float:
        return time.monotonic() + self._limits.chunk_seconds

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
