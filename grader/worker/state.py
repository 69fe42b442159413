"""What the worker keeps of a submission between requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:  # torch is imported by the operations, and only where there are any
    from weakref import ref

    from torch import Tensor, nn

    from grader.wall.values import SourceLine
    from grader.wall.verbs import Way
    from grader.worker.convolved import Convolved
    from grader.worker.writing import Watch

Key = tuple[str, int]  # a model's name and its number of classes
Mode = tuple[str, int, bool]  # ... and whether it is in train mode


class Light(NamedTuple):
    """A model on the meta device where that is possible, how it was made, and the lines that made what."""

    model: nn.Module
    way: Way
    places: Mapping[str, SourceLine]  # of parameters, by their names
    makers: Mapping[str, SourceLine]  # of modules


class Real(NamedTuple):
    """A model with real parameters."""

    key: Key
    model: nn.Module


class Narrowed(NamedTuple):
    """A model of few channels, and its buffers as they were made."""

    model: nn.Module
    buffers: Mapping[str, Tensor]


class Vgg16(NamedTuple):
    """A VGG-16 whose layers have these shapes, without some modules, and with more; perhaps counted anew."""

    shapes: Mapping[str, tuple[int, ...]]
    model: nn.Module
    lacks: tuple[str, ...] = ()
    more: Mapping[str, tuple[int, ...]] = {}
    numbered: bool = False
    names: Mapping[str, str] = {}  # of its parameters by those that they have in a whole VGG-16


class Trained(Protocol):
    """What is known here of a training run under way."""

    model: nn.Module


@dataclass(slots=True)
class State:
    """Models under examination: of real ones, half a gigabyte each, there is one at a time."""

    made: ref[nn.Module] | None = None  # last
    light: dict[Key, Light] = field(default_factory=dict)
    real: Real | None = None
    solid: dict[Mode, Light] = field(default_factory=dict)  # where the meta device didn't do
    traced: set[Mode] = field(default_factory=set)
    raises_alike: set[Mode] = field(default_factory=set)
    narrowed: Narrowed | None = None
    vgg16: Vgg16 | None = None
    convolved: Convolved | None = None  # what models that were run had in common with those to come
    watch: Watch | None = None  # what looks at a model while it is copied into
    training: Trained | None = None  # the Session of training.py
    names: Mapping[int, Mapping[Any, Any]] | None = None  # what the submission's tables held at first

    def models(self) -> Iterator[nn.Module]:
        """All models that there are, the last one made first."""
        if self.made is not None and (made := self.made()) is not None:
            yield made
        yield from (each.model for each in (*self.light.values(), *self.solid.values()))
        for held in (self.real, self.narrowed, self.training):
            if held is not None:
                yield held.model
