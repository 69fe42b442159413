"""Running the slice: what it bound, and what failed on the way."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from grader.records.submission import Slice
from grader.wall.values import Kind, Name, SourceLine, Text, Value
from grader.wall.verbs.request import Done, Request


class Failure(Value, frozen=True):
    """A statement of the submission that raised an exception."""

    at: SourceLine
    kind: Kind
    message: Text
    line: SourceLine | None  # where it was raised


Failures = Annotated[tuple[Failure, ...], Meta(max_length=1_000)]


class Loaded(Value, frozen=True):
    """The targets that the slice bound, and the statements that failed on the way."""

    targets: Annotated[tuple[Name, ...], Meta(max_length=1_000)] = ()
    failures: Failures = ()


class Ping(Request[Done], frozen=True):
    """Whether anybody is there."""


class Load(Request[Loaded], frozen=True):
    """Run the slice, but for the statements in `skip`."""

    slice: Slice
    seed: int
    skip: tuple[SourceLine, ...] = ()
