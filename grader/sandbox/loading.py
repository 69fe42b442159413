"""Loading a slice into a worker, statement by statement, so that a hang or an exit is known by its line."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.errors import ProtocolError
from grader.records.reason import Place
from grader.records.submission import Chunk, Slice
from grader.sandbox.limits import Limits
from grader.wall.wire import Message, receive, send

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Failure:
    """A top-level statement of the submission that did not run through."""

    label: str
    line: int
    kind: str
    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave: the targets that are bound now, and the statements that failed on the way."""

    targets: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


class Loading:
    """One attempt; `current` is the statement that was begun last."""

    def __init__(self, slice: Slice, seed: int, skip: Iterable[Key], limits: Limits) -> None:
        self._slice, self._seed, self._skip, self._limits = slice, seed, sorted(skip), limits
        self._known = {(chunk.label, chunk.line) for module in slice.modules for chunk in module.chunks}
        self.current: Key | None = None

    def run(self, sock: socket.socket, number: int) -> Message:
        """Send the slice and return the worker's answer.

        Raises what `protocol.receive` raises, TimeoutError also when one statement takes too long.
        """
        args = {"slice": pack(self._slice), "seed": self._seed, "skip": [list(key) for key in self._skip]}
        end = time.monotonic() + self._limits.load_seconds
        send(sock, Message({"id": number, "verb": "load", "args": args}), end)
        while True:
            deadline = min(end, time.monotonic() + self._limits.chunk_seconds)
            message = receive(sock, self._limits.wire, deadline)
            if message.header.get("id") != number:
                raise ProtocolError("the worker answered another request than the one asked")
            if message.header.get("status") != "progress":
                return message
            self._note(message.header.get("chunk"))

    def _note(self, chunk: object) -> None:
        key = tuple(chunk) if isinstance(chunk, list) else None
        if key not in self._known:
            raise ProtocolError("the worker names a statement that the submission does not have")
        self.current = key  # type: ignore[assignment]


def pack(slice: Slice) -> dict[str, Any]:
    """A slice as plain values, which `grader.worker.loader.unpack` reads."""
    return {
        "modules": [
            [_clean(module.name), _chunks(module.chunks), _clean(module.package)] for module in slice.modules
        ],
        "targets": {_clean(target): _clean(name) for target, name in slice.targets.items()},
        "cam_cell": _chunks(slice.cam_cell),
        "weight_fc": _chunks(slice.weight_fc),
        "cam_module": _clean(slice.cam_module),
    }


def _chunks(chunks: Iterable[Chunk]) -> list[list[Any]]:
    return [[_clean(chunk.label), chunk.line, _clean(chunk.source)] for chunk in chunks]


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # a notebook may hold half of a surrogate pair


# --- reading what the worker claims ---------------------------------------------------------------


def loaded(value: object) -> Loaded:
    """The worker's answer to `load`; ProtocolError if it has another form."""
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, list) for part in value):
        raise ProtocolError("the worker's account of loading is malformed")
    return Loaded(tuple(text(name, 200) for name in value[0]), tuple(map(_failure, value[1])))


def _failure(value: object) -> Failure:
    if not isinstance(value, list) or len(value) != 5 or type(value[1]) is not int:
        raise ProtocolError("the worker's account of a failure is malformed")
    return Failure(text(value[0], 200), value[1], text(value[2], 200), text(value[3], 2000), place(value[4]))


def text(value: object, cap: int) -> str:
    """A string, cut; ProtocolError for anything else."""
    if not isinstance(value, str):
        raise ProtocolError("the worker answered something else than text")
    return value[:cap]


def place(value: object) -> Place | None:
    """A place in the submission, or None; ProtocolError for anything else."""
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and type(value[1]) is int:
        return Place(value[0][:200], value[1])
    raise ProtocolError("the worker answered something else than a place")
