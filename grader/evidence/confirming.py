"""What is claimed of other modes, sizes, batches and numbers of classes, tried for real.

The same forward pass is run on an eighth of its channels, which costs little. The runs are drawn late and
stand between the steps of the challenge: what is right once only, or at times, shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from math import prod
from random import Random
from typing import Any

import numpy as np
from msgspec.structs import replace

from grader.errors import GraderError, StudentError, StudentRaised
from grader.evidence import tracing
from grader.evidence.once import Attempt
from grader.evidence.subject import N_CLASS, Subject
from grader.evidence.tracing import Read
from grader.network import narrow
from grader.network.graph import Expr, walk
from grader.network.learning import LARGE
from grader.network.trace import Trace
from grader.wall.answers import Reply
from grader.wall.draws import derived
from grader.wall.values import Described, Shape
from grader.wall.verbs import Grad, Narrow, Run, Sample, Shapes

Array = np.ndarray[Any, Any]
COUNT = 2048  # values of each gradient
SIDES = range(26, 46)  # of small pictures, where FCN-32s' crop fits however its pools round
LARGER = [32 * times for times in range(3, 9)]  # pixels more, where it fits as well: as large as photographs
CLASSES = [n for n in range(3, 22) if n != N_CLASS]  # fewer than the assignment's, and up to those of VOC
WAYS: tuple[Grad, ...] = ("inference", "none", "on")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A number of classes, and the runs of a model made with it; `classes` is what it then has.

    `other` is the run of another model: with more classes than the assignment's if that has fewer.
    """

    n_class: int
    classes: int
    runs: tuple[Run, ...]
    other: Run | None = None

    def had(self, run: Run) -> int:
        """Return how many classes the model of a run has."""
        return self.classes if run.n_class == self.n_class else run.n_class


@dataclass
class Runs:
    """The runs of one network, taken one after another; `wide`: with all of its channels, else with one of
    `share`."""

    subject: Subject
    read: Read
    wide: bool = False
    purpose: str = "runs"  # of their seed
    share: int = narrow.SHARE
    taken: list[tuple[Run, Attempt[Reply[Described]]]] = field(default_factory=list)
    gradients: Mapping[str, Array] = field(default_factory=dict)
    stuck: StudentRaised | None = None  # what differentiating raised
    _left: list[Run] | None = None

    def __post_init__(self) -> None:
        self.seed = derived(self.subject.seed, f"{self.purpose} of {self.subject.name}, {self.wide}")
        self.schedule = scheduled(self.subject, self.read, self.seed, self.wide)

    @property
    def failed(self) -> bool:
        """Whether a run came to nothing, but for the one of another number of classes."""
        return any(isinstance(reply, GraderError) for run, reply in self.taken if run != self.schedule.other)

    def finish(self) -> None:
        """Take the runs that are left, and the one of another number of classes."""
        while self._left is None or self._left:
            self.go_on()
        if (other := self.schedule.other) is not None and not self.failed:
            self._keep(other, lambda: self._elsewhere(other))

    def go_on(self) -> None:
        """Take one run, if one is left; what it raises is kept."""
        if self._left is None:
            self._left = list(self.schedule.runs)
            self._keep(self.schedule.runs[0], lambda: self._made(self.schedule.n_class))
        elif self._left:
            run = self._left.pop(0)
            self._keep(run, lambda: self._taken(run))

    def alone(self, run: Run) -> Reply[Described]:
        """Make the model and take one run, whatever else is scheduled; raises GraderError."""
        self._made(run.n_class)
        return self.subject.student.ask(run, seconds=120.0)

    def _keep(self, run: Run, step: Callable[[], None]) -> None:
        try:
            step()
        except GraderError as error:
            self.taken.append((run, error))
            if not self.wide:
                self._left = []  # it needs all of its channels

    def _elsewhere(self, run: Run) -> None:
        self._made(run.n_class)
        self._taken(run)

    def _made(self, n_class: int) -> None:
        """Make the model that is run."""
        shapes = self.shapes(n_class)
        asked = Narrow(self.subject.name, n_class, shapes=shapes, keys=self.keys, seed=self.fill)
        self.subject.student.ask(asked, seconds=60.0)

    def _taken(self, run: Run) -> None:
        try:
            reply = self.subject.student.ask(run, seconds=120.0)
        except StudentRaised as error:
            if run.grad != "backward":
                raise
            self.stuck = error
            reply = self.subject.student.ask(replace(run, grad="on"), seconds=120.0)
        self.taken.append((run, reply))
        if run.grad == "backward" and self.stuck is None:
            asked = Sample(
                self.subject.name,
                of="gradients",
                names=self.learned,
                seed=derived(self.seed, "positions"),
                count=COUNT,
            )
            self.gradients = self.subject.student.ask(asked).arrays

    @property
    def fill(self) -> int:
        """The seed of the weights."""
        return derived(self.seed, "fill")

    @property
    def keys(self) -> Mapping[str, str]:
        """What every parameter's values are drawn by."""
        known = self.read.reading.keys
        return {name: known.get(name, f"own/{name}") for name in self.read.shapes}

    def shapes(self, n_class: int) -> Mapping[str, Shape]:
        """Return the shapes of parameters and buffers."""
        if self.wide:
            return {}
        made = tracing.build(self.subject, n_class).parameters
        output = self.read.reading.output
        if counts_classes(self.read):
            output = tracing.record(self.subject, (1, 3, *self.read.size), n_class=n_class).output or output
        wide = _buffers(output) | {name: parameter.shape for name, parameter in made.items()}
        return {name: self._left_of(shape) for name, shape in wide.items()}

    @property
    def learned(self) -> tuple[str, ...]:
        """The layers' parameters, whose gradients are looked at, but those that are frozen or large."""
        layers = self.read.reading.layers.values()
        live = self.read.reading.live
        names = dict.fromkeys(n for layer in layers for n in (layer.weight, layer.bias) if n in live)
        made = self.read.built.parameters.items()
        known = {name: self._left_of(parameter.shape) for name, parameter in made if parameter.trained}
        return tuple(name for name in names if name in known and prod(known[name]) <= LARGE)

    def _left_of(self, shape: Shape) -> Shape:
        """Return the shape of a parameter in these runs."""
        return shape if self.wide else narrow.shape(shape, self.share)


def scheduled(subject: Subject, read: Read, seed: int, wide: bool) -> Schedule:
    """Draw what is run: where another size than the input's is claimed, there is nothing to try."""
    chance, known = Random(seed), (1, 3, *read.size)
    shapes = _drawn(chance, wide)
    few = [n for n in CLASSES if n < N_CLASS]
    for n_class in (chance.choice(few if counts_classes(read) else CLASSES), N_CLASS):
        claimed = _claimed(subject, n_class, shapes)
        if any(claimed):
            break
    else:
        claimed, n_class = [False] * len(shapes), N_CLASS
    classes = n_class if any(claimed) else read.reading.architecture.n_class
    sizes = [shape if right else known for shape, right in zip(shapes, claimed, strict=True)]
    runs = _runs(subject.name, n_class, sizes, seed, read.trace, wide)
    if not any(claimed) or n_class == N_CLASS:
        return Schedule(n_class, classes, tuple(runs))
    (second,) = (run for run in runs if run.seed == derived(seed, "picture b"))
    runs.remove(second)
    across = chance.choice([n for n in CLASSES if (n < N_CLASS) != (n_class < N_CLASS)])
    return Schedule(n_class, classes, tuple(runs), replace(second, n_class=across))


def counts_classes(read: Read) -> bool:
    """Return whether a buffer has as many rows as there are classes: of more its values aren't known."""
    return any(N_CLASS in shape for shape in _buffers(read.reading.output).values())


def _buffers(output: Expr) -> dict[str, Shape]:
    leaves = [node for node in walk(output) if node.op == "leaf"]
    return {node["name"]: node["shape"] for node in leaves if node["kind"] == "buffer"}


def _drawn(chance: Random, wide: bool) -> list[Shape]:
    """Draw shapes: higher than wide and the other way, odd sides, one to four pictures; a photograph last."""
    odd = [side for side in SIDES if side % 2]
    small, large = sorted(chance.sample(odd, 2))
    lower = [side for side in SIDES if side < large]
    batch = 1 if wide else chance.choice((2, 3))  # a step on two pictures with all channels takes gigabytes
    shapes = [
        (chance.choice((3, 4)), 3, large, chance.choice(lower)),
        (1, 3, small, large),
        (batch, 3, chance.choice(SIDES), chance.choice(SIDES)),
    ]
    flipped = chance.random() < 0.5
    drawn: list[Shape] = [(count, 3, *(sides[::-1] if flipped else sides)) for count, _, *sides in shapes]
    photograph = (1, 3, *(chance.choice(SIDES) + chance.choice(LARGER) for _ in range(2)))
    return drawn if wide else [*drawn, photograph]


def _claimed(subject: Subject, n_class: int, shapes: Sequence[Shape]) -> list[bool]:
    """Return for each input whether the model claims to give a map of its size."""
    try:
        seen = subject.student.ask(Shapes(subject.name, n_class, sizes=tuple(shapes))).value.seen
    except StudentError:
        return []
    pairs = zip(seen, shapes, strict=False)
    return [
        not answer.error and (answer.skipped or answer.shape == (shape[0], n_class, *shape[2:]))
        for answer, shape in pairs
    ]


def _runs(name: str, n_class: int, sizes: Sequence[Shape], seed: int, trace: Trace, wide: bool) -> list[Run]:
    """Three sizes in eval mode, a picture of the first twice and another one last, and one in train mode.

    That a network draws at random in eval mode is a fault of its own: where that was recorded, its coins are
    taken out, and its dropouts drop the same again for the same picture.
    """
    chance, calm = Random(derived(seed, "order")), bool(trace.random)
    drops = any(drop.active for drop in trace.dropouts)
    modes = WAYS[calm:]  # in inference mode a dropout is one operation, whose coins can't be taken out
    ways = cycle(chance.sample(modes, len(modes)))
    first, second, third, *large = sizes

    def made(shape: Shape, picture: str, *, training: bool = False) -> Run:
        return Run(
            name,
            n_class,
            size=shape,
            seed=derived(seed, f"picture {picture}"),
            chance=derived(seed, f"chance {picture}") if drops else chance.getrandbits(48),
            training=training,
            grad="backward" if training else next(ways),
            calm=calm,
        )

    learning = made(third, "c", training=True)
    if wide:
        return [made(first, "a"), learning, made(second, "b")]
    others = [made(second, "b"), *(made(shape, "e") for shape in large)]
    drawn = [made(first, "a"), made(first, "a"), *others, learning]
    chance.shuffle(drawn)
    return [*drawn, made(first, "d")]
