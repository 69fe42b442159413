"""Filling a model with weights that nobody could know before, and running it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from grader.wall.values import Described, Name, Value
from grader.wall.verbs.request import MAX_PARAMETERS, Done, MiB, OfModel
from grader.wall.wire import WireLimits

MAX_ENDS = 8


class Kept(Value, frozen=True):
    """The names of the buffers among the arrays."""

    buffers: Annotated[tuple[Name, ...], Meta(max_length=MAX_PARAMETERS)]


class Initial(OfModel[Kept], frozen=True, kw_only=True):
    """Send the named parameters and all small buffers as the constructor leaves them."""

    names: tuple[str, ...]

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1_024, total=1_024 * MiB)


class Begun(Initial, frozen=True, kw_only=True):
    """Send the same as the notebook's own statements leave a model that they make, or the constructor."""


class Fill(OfModel[Done], frozen=True, kw_only=True):
    """Fill the named parameters from the seed, each by its key."""

    keys: Mapping[str, str]
    seed: int


class Forward(OfModel[Described], frozen=True, kw_only=True):
    """Run the model on an input drawn from the seed; the array is called `output`."""

    size: tuple[int, ...]
    seed: int

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=1, total=512 * MiB, kinds="f")


class Ends(OfModel[Done], frozen=True, kw_only=True):
    """Run the model on that input in either mode; the arrays `0`, `1` ... are what some operations of its
    recording give, which are counted from 0."""

    size: tuple[int, ...]
    seed: int
    operations: Annotated[tuple[int, ...], Meta(max_length=MAX_ENDS)]
    training: bool = False
    chance: int = 0

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=MAX_ENDS, total=512 * MiB, kinds="f")


class Release(OfModel[Done], frozen=True):
    """Free the memory that models take."""
