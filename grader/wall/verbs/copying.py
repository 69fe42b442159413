"""Copying a VGG-16 into a model, and looking at samples of what was copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, field

from grader.wall.values import Name, Shape, SourceLine, Value
from grader.wall.verbs.loading import Failure
from grader.wall.verbs.request import MAX_PARAMETERS, Done, MiB, OfModel
from grader.wall.wire import WireLimits


class Changed(Value, frozen=True):
    """An attribute of a layer that is not what it was before copying; of the model itself the name is "".

    `line` is the notebook's, where no method or function did it.
    """

    layer: Name
    setting: Name
    before: Name
    after: Name
    line: SourceLine | None = None


class Copied(Value, frozen=True):
    """In which way the submission copied, "" where it has none, what it raised, where that way is defined,
    which line wrote each parameter last, and what the layers are set to otherwise than they were made.
    What it raised is its `own` where it can't be by what it was given.

    `slip` is what stops the notebook's own call of it, and `undone` its statement that takes it all back,
    else `lost` where it takes back what a parameter held.
    """

    way: Name
    failed: Failure | None = None
    home: SourceLine | None = None
    written: Annotated[dict[Name, SourceLine], Meta(max_length=MAX_PARAMETERS)] = field(default_factory=dict)
    changed: Annotated[tuple[Changed, ...], Meta(max_length=MAX_PARAMETERS)] = ()
    own: bool = False
    slip: Failure | None = None
    undone: SourceLine | None = None
    lost: Annotated[dict[Name, SourceLine], Meta(max_length=MAX_PARAMETERS)] = field(default_factory=dict)


class MakeVgg(OfModel[Done], frozen=True, kw_only=True):
    """Make a VGG-16 for the model to copy: of these shapes, filled from the seed unless it still is.

    What it `lacks` are modules by name; behind some stand `more` convolutions, of these shapes and with a
    ReLU each. The names of all others stay, unless all are `numbered` as if nothing had ever been there.
    """

    shapes: Mapping[str, tuple[int, ...]]
    seed: int
    fresh: bool
    lacks: tuple[str, ...] = ()
    more: Mapping[str, Shape] = field(default_factory=dict)
    numbered: bool = False


class CopyVgg(OfModel[Copied], frozen=True, kw_only=True):
    """Let the submission copy the VGG-16 that was made; what copies is told no seed to draw it from.

    `stand_ins` are names that the model lacks, each with the VGG-16 layer that it would hold, and `biasless`
    the names of layers that get a bias for as long as it is copied. Where it raises, it goes on after the
    statement that did if it is `passing`.
    """

    stand_ins: Mapping[str, str]
    biasless: tuple[str, ...] = ()
    passing: bool = False


class Sampled(Value, frozen=True):
    """The shapes of what was sampled."""

    shapes: Annotated[dict[Name, Shape], Meta(max_length=MAX_PARAMETERS)]


class Sample(OfModel[Sampled], frozen=True, kw_only=True):
    """Send values at positions drawn from the seed: of parameters of the model or of the VGG-16, or of the
    gradients that the last run left."""

    of: Literal["model", "vgg16", "gradients"]
    names: tuple[str, ...]
    seed: int
    count: int

    @property
    def limits(self) -> WireLimits:
        total = 4 * self.count * len(self.names)
        return WireLimits(header=MiB, arrays=len(self.names), total=total, kinds="f", rank=1)
