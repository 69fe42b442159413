"""A recorded forward pass: what the verb `trace` answers.

Every tensor has a number; a tensor that an operation takes is written as a `Tensor` with it.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal

from msgspec import Meta

from grader.wall.values import Described, Name, Row, Shape, SourceLine, Text, Word

MAX_CALLS = 20_000
MAX_ITEMS = 4_096

Number = Annotated[int, Meta(ge=0, le=1 << 31)]


class Tensor(Row, frozen=True, tag="t"):
    """A tensor as an argument."""

    number: Number


class Items(Row, frozen=True, tag="l"):
    """A list or a tuple as an argument."""

    items: Annotated[tuple[Argument, ...], Meta(max_length=MAX_ITEMS)]


class Other(Row, frozen=True, tag="x"):
    """Anything else as an argument, by its text: a dtype, a device."""

    text: Word


Argument = None | bool | int | float | Text | Tensor | Items | Other


class Leaf(Row, frozen=True):
    """A tensor that no recorded operation made."""

    number: Number
    kind: Literal["input", "parameter", "buffer", "constant"]
    name: Name
    shape: Shape


class Result(Row, frozen=True):
    """A tensor that an operation gave."""

    number: Number
    shape: Shape


class Call(Row, frozen=True):
    """An operation, what it was given and gave, and the line that called it."""

    name: Word
    args: Annotated[tuple[Argument, ...], Meta(max_length=64)]
    named: Annotated[dict[Word, Argument], Meta(max_length=64)]
    results: Annotated[tuple[Result, ...], Meta(max_length=MAX_ITEMS)]
    line: SourceLine | None


class Dropout(Row, frozen=True):
    """A dropout that was called on a tensor."""

    on: Number
    kind: Word
    rate: float
    active: bool
    line: SourceLine | None

    def __post_init__(self) -> None:
        if not isfinite(self.rate):
            raise ValueError("a dropout's rate is not a finite number")


class Recording(Described, frozen=True, kw_only=True):
    """One forward pass; `output` is None where it returned no tensor."""

    input: Number
    output: Number | None
    leaves: Annotated[tuple[Leaf, ...], Meta(max_length=MAX_CALLS)]
    calls: Annotated[tuple[Call, ...], Meta(max_length=MAX_CALLS)]
    dropouts: Annotated[tuple[Dropout, ...], Meta(max_length=MAX_CALLS)]
    aliased: bool
    training: bool
