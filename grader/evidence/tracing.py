"""A network as the student's code builds it, and its forward pass as it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.errors import Blocked, ProtocolError, StudentDied, StudentError, StudentTimeout
from grader.evidence.once import once
from grader.evidence.witness import Asks
from grader.network.reading import Reading, read_network
from grader.network.trace import Trace, read_trace
from grader.records.reason import Place
from grader.wall import verbs
from grader.wall.verbs import Build, Gradients, Model, Seen, Shapes
from reference.architecture import Architecture

N_CLASS = 12
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


class TracedNetwork:
    """What can be asked of a network without arithmetic; every property is asked once."""

    def __init__(self, student: Asks, assignment: Callable[[int], Architecture]) -> None:
        self.student = student
        self.assignment = assignment
        self.name = assignment(N_CLASS).name
        self.part = self.name.lower()

    @once
    def built(self) -> Model:
        """Build with 12 classes."""
        return self.build(N_CLASS)

    @once
    def places(self) -> dict[str, Place]:
        """The lines that made the parameters, as far as they are the submission's."""
        made = self.built.parameters.items()
        return {name: parameter.line.place for name, parameter in made if parameter.line}

    @once
    def shapes_of(self) -> dict[str, tuple[int, ...]]:
        """The parameters' shapes, by name."""
        return {name: parameter.shape for name, parameter in self.built.parameters.items()}

    def build(self, n_class: int) -> Model:
        """Build with any number of classes; raises StudentError."""
        return self.student.ask(Build(self.name, n_class)).value

    def traced(self, size: tuple[int, int], *, training: bool = False, n_class: int = N_CLASS) -> Trace:
        """Record a forward pass on one image; raises StudentError."""
        asked = verbs.Trace(self.name, n_class, size=(1, 3, *size), training=training)
        return read_trace(self.student.ask(asked).value)

    @once
    def first_trace(self) -> tuple[tuple[int, int], Trace]:
        """Trace at the first size that works; raises what the first size raised."""
        self.built  # noqa: B018 - raises if the model can't be built
        first: StudentError | None = None
        for size in SIZES:
            try:
                return size, self.traced(size)
            except (StudentTimeout, StudentDied):
                raise
            except StudentError as error:
                first = first or error
        assert first is not None
        raise first

    @once
    def trace(self) -> Trace:
        """The forward pass in eval mode; Blocked where there is none."""
        try:
            return self.first_trace[1]
        except (StudentError, ProtocolError) as error:
            raise Blocked(f"{self.name} can't be built or run, see {self.part}.build") from error

    @once
    def size(self) -> tuple[int, int]:
        """Height and width of the challenge."""
        self.trace  # noqa: B018 - raises Blocked
        return self.first_trace[0]

    @once
    def train_trace(self) -> Trace:
        """The forward pass in train mode."""
        return self.traced(self.size, training=True)

    @once
    def reading(self) -> Reading:
        """The network in the assignment's terms; Blocked where there is too little of it."""
        output = self.trace.output
        if output is None:
            raise Blocked(f"{self.name} returns a {self.trace.type}, see {self.part}.build")
        reading = read_network(output, self.assignment(N_CLASS))
        classes = self.trace.shape[1] if len(self.trace.shape) == 4 else N_CLASS
        score = reading.layers.get("score")
        if classes != N_CLASS and score is not None and score.outputs == classes:  # the cause build.classes
            reading = read_network(output, self.assignment(classes))
        if reading.found < ENOUGH_LAYERS:
            total = len(list(reading.architecture.convs()))
            raise Blocked(f"not assessed: only {reading.found} of {self.name}'s {total} layers are there")
        return reading

    @once
    def shapes(self) -> tuple[tuple[tuple[int, ...], Seen], ...]:
        """What the model gives for many input sizes."""
        seen = self.student.ask(Shapes(self.name, sizes=SHAPE_SIZES)).value.seen
        if len(seen) != len(SHAPE_SIZES):
            raise ProtocolError("the worker answered for other sizes than those asked")
        return tuple(zip(SHAPE_SIZES, seen, strict=True))

    @once
    def gradients(self) -> Mapping[str, bool]:
        """Which parameters a gradient reaches."""
        return self.student.ask(Gradients(self.name, size=(1, 3, *self.size))).value.parameters

    @once
    def cut(self) -> list[str]:
        """The layers' parameters that no gradient reaches."""
        names = (name for layer in self.reading.layers.values() for name in (layer.bias, layer.weight))
        unique = dict.fromkeys(names)  # a layer that is used twice has two roles
        return [n for n in unique if n in self.built.parameters and not self.gradients.get(n, False)]
