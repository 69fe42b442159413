"""How a worker answers a request: with one of five statuses, each a frozen value, read strictly.

An answer that does not fit what its verb allows is the submission's fault: the worker says so before it sends
it (`Unfit`), and what arrives unfit nevertheless is a ProtocolError that says what did not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Meta

from grader.errors import ProtocolError
from grader.wall import verbs
from grader.wall.values import Kind, Printed, SourceLine, Text, Value
from grader.wall.verbs import Request
from grader.wall.wire import Array, announced, checked

V = TypeVar("V")
T = TypeVar("T")
Id = Annotated[int, Meta(ge=0)]
Report = Annotated[str, Meta(max_length=4_000)]


@dataclass(frozen=True, slots=True)
class Reply(Generic[V]):
    """What was answered: the verb's value, its arrays, and what was printed meanwhile."""

    value: V
    arrays: Mapping[str, Array] = field(default_factory=dict)
    stdout: str = ""


class Asks(Protocol):
    """Whoever gets answers about a submission: its worker, or a stand-in."""

    def ask(
        self, request: Request[V], arrays: Mapping[str, Array] | None = None, *, seconds: float = 30.0
    ) -> Reply[V]:
        """Answer one request; raises StudentError."""


class Status(Value, frozen=True, tag_field="status"):
    """The header of a message from the worker."""

    id: Id


class Ready(Status, frozen=True, tag="ready"):
    """It has started."""


class Progress(Status, frozen=True, tag="progress"):
    """It begins to run a statement."""

    chunk: SourceLine


class Ok(Status, frozen=True, tag="ok"):
    """It did what was asked."""

    value: Any
    stdout: Printed


class Raised(Status, frozen=True, tag="raised"):
    """Student code raised an exception."""

    kind: Kind
    message: Text
    line: SourceLine | None
    stdout: Printed


class Unfit(Status, frozen=True, tag="unfit"):
    """What student code gave does not fit in the answer."""

    message: Text
    stdout: Printed


class Broken(Status, frozen=True, tag="broken"):
    """Our own code raised an exception, or the verb is unknown."""

    message: Report
    stdout: Printed


Answer = Ready | Progress | Ok | Raised | Unfit | Broken


def read_answer(header: Mapping[str, Any]) -> Answer:
    """Read a header; ProtocolError where it is none."""
    answer: Answer = _convert(header, Answer, "the worker's answer")
    return answer


def read_value(value: object, request: Request[V]) -> V:
    """Read what a request was answered; ProtocolError, saying what does not fit."""
    kind = type(request)
    read: V = _convert(value, verbs.reply(kind), f"the answer to `{verbs.verb(kind)}`")
    return read


def fit(value: V, arrays: Mapping[str, Array], request: Request[V]) -> dict[str, Any]:
    """Return a value as it is sent, after the other side's own checks; raises ProtocolError."""
    try:
        plain: dict[str, Any] = msgspec.to_builtins(value)
    except (TypeError, ValueError, RecursionError) as error:  # an object, or lists without an end
        raise ProtocolError(f"the answer does not fit: {error}"[:500]) from None
    read_value(plain, request)
    checked([announced(name, array) for name, array in arrays.items()], request.limits)
    return plain


def _convert(value: object, kind: Any, what: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ProtocolError(f"{what} does not fit: {error}"[:500]) from None
