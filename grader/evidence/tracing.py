"""From a constructor to a network in the assignment's terms: built -> traced -> read, without arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.errors import (
    Blocked,
    ProtocolError,
    StudentDied,
    StudentError,
    StudentRaised,
    StudentTimeout,
)
from grader.evidence.subject import N_CLASS, Subject
from grader.network.reading import Reading, read_whole
from grader.network.trace import Array, Trace, read_trace
from grader.plurals import article
from grader.records.reason import Place
from grader.wall import verbs
from grader.wall.recording import Recording
from grader.wall.values import Shape
from grader.wall.verbs import MAX_CONSTANTS, Build, Constants, Gradients, Model, Seen, Shapes

SIZES = (
    (64, 76),
    (224, 230),
    (390, 417),
)  # tried in turn: a wrong padding can make a network need a large input
SHAPE_SIZES = (
    (2, 3, 64, 76),
    (1, 3, 97, 65),
    (3, 3, 65, 96),
    (1, 3, 128, 160),
    (1, 3, 225, 161),
    (1, 3, 352, 230),
)
ENOUGH_LAYERS = 8  # of 17 or 21: with fewer, what the network does well says nothing


@dataclass(frozen=True, eq=False)
class Traced:
    """A model as it was built, and its forward pass in eval mode on an image of `size` (height, width)."""

    built: Model
    size: tuple[int, int]
    trace: Trace


@dataclass(frozen=True, eq=False)
class Read:
    """The same, of a network that is there, in the assignment's terms."""

    built: Model
    size: tuple[int, int]
    trace: Trace
    reading: Reading

    @cached_property
    def places(self) -> dict[str, Place]:
        """Return the lines that made the parameters, as far as they are the submission's."""
        made = self.built.parameters.items()
        return {name: parameter.line.place for name, parameter in made if parameter.line}

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Return the parameters' shapes."""
        return {name: parameter.shape for name, parameter in self.built.parameters.items()}


def build(subject: Subject, n_class: int = N_CLASS) -> Model:
    """Build a network with any number of classes; raises StudentError."""
    return subject.student.ask(Build(subject.name, n_class)).value


def record(
    subject: Subject,
    shape: Shape,
    *,
    training: bool = False,
    n_class: int = N_CLASS,
    known: Sequence[Array] = (),
) -> Trace:
    """Record a forward pass on an input of a shape; raises StudentError.

    `known` are the constants of another pass, which are taken to be the same in order.
    """
    asked = verbs.Trace(subject.name, n_class, size=shape, training=training)
    recording = subject.student.ask(asked).value
    return read_trace(recording, _by_number(recording, known))


def record_with_constants(subject: Subject, size: tuple[int, int]) -> Trace:
    """Record it with the values of small tensors that are neither parameters nor buffers."""
    asked = verbs.Trace(subject.name, size=(1, 3, *size))
    recording = subject.student.ask(asked).value
    if not any(leaf.kind == "constant" for leaf in recording.leaves):
        return read_trace(recording)
    try:
        reply = subject.student.ask(Constants(subject.name, size=asked.size), seconds=60.0)
    except StudentRaised:
        return read_trace(recording)  # the challenge tells what a real run raises
    found = (reply.arrays.get(str(position)) for position in range(MAX_CONSTANTS))
    return read_trace(recording, _by_number(recording, found))


def _by_number(recording: Recording, values: Iterable[Array | None]) -> dict[int, Array]:
    """Return the constants of a recording, in order, the values that have their shapes."""
    leaves = (leaf for leaf in recording.leaves if leaf.kind == "constant")
    pairs = zip(leaves, values, strict=False)
    return {leaf.number: value for leaf, value in pairs if value is not None and value.shape == leaf.shape}


def trace(subject: Subject, built: Model) -> Traced:
    """Record a forward pass at the first size that works; raises what the first size raised."""
    first: StudentError | None = None
    for size in SIZES:
        try:
            return Traced(built, size, record_with_constants(subject, size))
        except (StudentTimeout, StudentDied):
            raise
        except StudentError as error:
            first = first or error
    assert first is not None
    raise first


def read(subject: Subject, traced: Traced) -> Read:
    """Read a network in the assignment's terms; Blocked where it gives no tensor."""
    output = traced.trace.output
    if output is None:
        raise Blocked(f"{subject.name} returns {article(traced.trace.type)}, see {subject.part}.build")
    reading = read_whole(output, traced.trace.abandoned, subject.assignment(N_CLASS))
    classes = traced.trace.shape[1] if len(traced.trace.shape) == 4 else N_CLASS
    score = reading.layers.get("score")
    if classes != N_CLASS and score is not None and score.outputs == classes:  # the cause build.classes
        reading = read_whole(output, traced.trace.abandoned, subject.assignment(classes))
    reading = replace(reading, size=traced.size, unused=traced.trace.unused)
    return Read(traced.built, traced.size, traced.trace, reading)


def enough(subject: Subject, read: Read) -> Read:
    """Return a network; Blocked where there is too little of it."""
    found, total = read.reading.found, len(list(read.reading.architecture.convs()))
    if found < ENOUGH_LAYERS:
        raise Blocked(f"not assessed: only {found} of {subject.name}'s {total} layers are there")
    return read


def shapes(subject: Subject) -> tuple[tuple[Shape, Seen], ...]:
    """Ask what a network gives for many input sizes."""
    seen = subject.student.ask(Shapes(subject.name, sizes=SHAPE_SIZES)).value.seen
    if len(seen) != len(SHAPE_SIZES):
        raise ProtocolError("the worker answered for other sizes than those asked")
    return tuple(zip(SHAPE_SIZES, seen, strict=True))


def gradients(subject: Subject, size: tuple[int, int]) -> Mapping[str, bool]:
    """Ask which parameters a gradient reaches."""
    return subject.student.ask(Gradients(subject.name, size=(1, 3, *size))).value.parameters
