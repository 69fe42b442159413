"""A network as the student's code builds it, and its forward pass as it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.errors import Blocked, ProtocolError, StudentDied, StudentError, StudentTimeout
from grader.evidence.once import once
from grader.evidence.witness import Asks
from grader.network.reading import Reading, read_network
from grader.network.trace import Trace, read_trace
from grader.records.reason import Place
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


@dataclass(frozen=True)
class Built:
    """A model as its constructor made it."""

    way: str
    parameters: Mapping[str, tuple[int, ...]]
    frozen: tuple[str, ...]
    places: Mapping[str, Place]
    methods: tuple[str, ...]


class TracedNetwork:
    """What can be asked of a network without arithmetic; every property is asked once."""

    def __init__(self, student: Asks, assignment: Callable[[int], Architecture]) -> None:
        self.student = student
        self.assignment = assignment
        self.name = assignment(N_CLASS).name
        self.part = self.name.lower()

    def ask(self, verb: str, *, seconds: float = 30.0, **args: Any) -> Any:
        """Ask something about this model."""
        return self.student.ask(verb, {"model": self.name, "n_class": N_CLASS, **args}, seconds=seconds)

    # --- building and tracing ---

    @once
    def built(self) -> Built:
        """Build with 12 classes."""
        return self.build(N_CLASS)

    def build(self, n_class: int) -> Built:
        """Build with any number of classes; raises StudentError."""
        value = self.ask("build", n_class=n_class).value
        try:
            return Built(
                way=str(value["way"]),
                parameters={
                    str(name): tuple(int(n) for n in shape) for name, shape, _ in value["parameters"]
                },
                frozen=tuple(str(name) for name, _, trained in value["parameters"] if not trained),
                places={str(name): Place(str(p[0]), int(p[1])) for name, p in value["places"].items()},
                methods=tuple(str(name) for name in value["methods"]),
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ProtocolError("not a model's description") from error

    def traced(self, size: tuple[int, int], *, training: bool = False, n_class: int = N_CLASS) -> Trace:
        """Record a forward pass on one image; raises StudentError."""
        reply = self.ask("trace", size=[1, 3, *size], training=training, n_class=n_class)
        return read_trace(reply.value)

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
        if (
            classes != N_CLASS and score is not None and score.outputs == classes
        ):  # the build line pays for that
            reading = read_network(output, self.assignment(classes))
        if reading.found < ENOUGH_LAYERS:
            total = len(list(reading.architecture.convs()))
            raise Blocked(f"not assessed: only {reading.found} of {self.name}'s {total} layers are there")
        return reading

    @once
    def shapes(self) -> tuple[tuple[tuple[int, ...], dict[str, Any]], ...]:
        """What the model gives for many input sizes."""
        reply = self.ask("shapes", sizes=[list(size) for size in SHAPE_SIZES])
        return tuple(zip(SHAPE_SIZES, reply.value, strict=True))

    @once
    def gradients(self) -> dict[str, bool]:
        """Which parameters a gradient reaches."""
        value = self.ask("gradients", size=[1, 3, *self.size]).value
        return {str(name): bool(reached) for name, reached in value.items()}

    @once
    def cut(self) -> list[str]:
        """The layers' parameters that no gradient reaches."""
        names = (name for layer in self.reading.layers.values() for name in (layer.bias, layer.weight))
        unique = dict.fromkeys(names)  # a layer that is used twice has two roles
        return [n for n in unique if n in self.built.parameters and not self.gradients.get(n, False)]
