"""One request to a worker: what is sent, how long is waited, and what the answer comes to."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from grader.errors import ProtocolError, StudentRaised, WorkerBroke
from grader.sandbox.stopwatch import Stopwatch
from grader.wall.answers import Answer, Broken, Ok, Raised, Reply, Unfit, read_answer, read_value
from grader.wall.values import place
from grader.wall.verbs import Request, verb
from grader.wall.wire import Array, Message, receive, send

GRACE = 5.0  # seconds more for code that is told when its time is over, and says where it was

V = TypeVar("V")


def exchange(
    sock: socket.socket,
    watch: Stopwatch,
    number: int,
    request: Request[V],
    arrays: Mapping[str, Array],
    seconds: float,
    told: bool = False,
) -> Reply[V]:
    """Send a request and return its reply; code that is `told` how long it has gets GRACE more.

    Raises what `wire.receive` and `interpret` raise, TimeoutError where the worker took longer, StarvedError
    where it had no chance to.
    """
    message = packed(number, request, arrays, seconds if told else 0)
    seconds += GRACE if told else 0
    send(sock, message, time.monotonic() + seconds)
    watch.wait(sock, seconds)
    got = receive(sock, request.limits, time.monotonic() + seconds)
    answer = read_answer(got.header)
    if answer.id != number:
        raise ProtocolError("the worker answered another request than the one asked")
    return interpret(answer, got.arrays, request)


def packed(
    number: int, request: Request[Any], arrays: Mapping[str, Array] | None = None, seconds: float = 0
) -> Message:
    """A numbered request as it is sent, with the seconds that its code is told of, if any."""
    plain = {"verb": verb(type(request)), "args": msgspec.to_builtins(request)}
    return Message({"id": number, **plain, **({"seconds": seconds} if seconds else {})}, arrays or {})


def interpret(answer: Answer, arrays: Mapping[str, Array], request: Request[V]) -> Reply[V]:
    """Return what was answered; raises what the worker says went wrong."""
    match answer:
        case Ok():
            return Reply(read_value(answer.value, request), arrays, answer.stdout)
        case Raised():
            raise StudentRaised(answer.kind, answer.message, place(answer.line))
        case Unfit():
            raise ProtocolError(answer.message)
        case Broken():
            raise WorkerBroke(answer.message)
    raise ProtocolError("the worker's answer has no status that answers a request")
