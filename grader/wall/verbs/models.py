"""Building a model and running it: its parameters, its layers, its outputs, its gradients."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from grader.wall.recording import Recording
from grader.wall.values import Described, Name, Shape, SourceLine, Text, Value
from grader.wall.verbs.request import MAX_PARAMETERS, Done, MiB, OfModel
from grader.wall.wire import WireLimits

MAX_CONSTANTS = 256
Raised = tuple[str, str, int, str]  # an exception's class, the label and line that raised it, its message


class Parameter(Value, frozen=True):
    """A parameter as the constructor leaves it."""

    shape: Shape
    trained: bool
    line: SourceLine | None = None  # that made it


Parameters = Annotated[dict[Name, Parameter], Meta(max_length=MAX_PARAMETERS)]
Way = Literal["keyword", "position", "default"]


class Model(Value, frozen=True):
    """A model as its constructor made it."""

    way: Way
    meta: bool
    parameters: Parameters


class Build(OfModel[Model], frozen=True):
    """Build a model."""


class Trace(OfModel[Recording], frozen=True, kw_only=True):
    """Record a forward pass on an input of zeros.

    `known` are exceptions that other code of the same submission was seen to raise.
    """

    size: tuple[int, ...]
    training: bool = False
    known: tuple[Raised, ...] = ()

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=4 * MiB, arrays=0, total=0)


class Constants(OfModel[Done], frozen=True, kw_only=True):
    """Run the model in eval mode; the arrays `0`, `1` ... are the small constants of its recording."""

    size: tuple[int, ...]

    @property
    def limits(self) -> WireLimits:
        return WireLimits(header=MiB, arrays=MAX_CONSTANTS, total=64 * MiB)


class Seen(Described, frozen=True):
    """What the model gives for one size: a description, or the exception's text."""

    error: Text = ""
    skipped: bool = False
    line: SourceLine | None = None  # that raised it


class Outputs(Value, frozen=True):
    """What the model gives for each size."""

    seen: Annotated[tuple[Seen, ...], Meta(max_length=100)]


class Shapes(OfModel[Outputs], frozen=True, kw_only=True):
    """Run the model on inputs of many sizes."""

    sizes: tuple[tuple[int, ...], ...]


class Reached(Value, frozen=True):
    """Which parameters a gradient reaches."""

    parameters: Annotated[dict[Name, bool], Meta(max_length=MAX_PARAMETERS)]


class Gradients(OfModel[Reached], frozen=True, kw_only=True):
    """Differentiate the output's sum in train mode."""

    size: tuple[int, ...]
