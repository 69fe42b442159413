"""Evidence about a network that is recorded and not run for real: built, traced, read."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnosis import dropouts
from grader.errors import Blocked, ProtocolError, StudentError
from grader.evidence import tracing
from grader.evidence.once import once
from grader.evidence.subject import Subject
from grader.evidence.supposing import as_assigned
from grader.evidence.tracing import Read, Traced
from grader.network.reading import Reading, read_whole
from grader.network.trace import Trace
from grader.wall.verbs import Model, Seen


class RecordedEvidence:
    """built -> traced -> read."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.name, self.part = subject.name, subject.part

    @once
    def built(self) -> Model:
        """The model, built with 12 classes; raises StudentError."""
        return tracing.build(self.subject)

    @once
    def first_trace(self) -> Traced:
        """The model and its forward pass; raises StudentError."""
        return tracing.trace(self.subject, self.built)

    @once
    def traced(self) -> Traced:
        """The same; Blocked where there is none."""
        try:
            return self.first_trace
        except (StudentError, ProtocolError) as error:
            raise Blocked(f"{self.name} can't be built or run, see {self.part}.build") from error

    @once
    def read(self) -> Read:
        """The network in the assignment's terms; Blocked where there is too little of it."""
        read = as_assigned(self.subject, tracing.read(self.subject, self.traced))
        return tracing.enough(self.subject, read)

    @property
    def reading(self) -> Reading:
        """Its layers, pools and path."""
        return self.read.reading

    @once
    def train_trace(self) -> Trace:
        """The forward pass in train mode."""
        return tracing.record(self.subject, (1, 3, *self.read.size), training=True)

    @once
    def train_reading(self) -> Reading:
        """The same in the assignment's terms; a normalisation computes something else in train mode."""
        output = self.train_trace.output
        if output is None:
            return self.reading
        return read_whole(output, self.train_trace.abandoned, self.reading.architecture)

    @once
    def drawn_by_hand(self) -> list[str]:
        """The layers behind which no dropout but random numbers of its own drop something in train mode."""
        if not self.train_trace.random and not self.train_trace.dropouts:
            return []
        return dropouts.drawn_by_hand(self.train_reading, self.train_trace.dropouts)

    def output_shape(self, n_class: int) -> tuple[int, ...]:
        """Return the output's shape of a model built with another number of classes; raises StudentError."""
        return tracing.record(self.subject, (1, 3, *self.first_trace.size), n_class=n_class).shape

    @once
    def shapes(self) -> tuple[tuple[tuple[int, ...], Seen], ...]:
        """What the model gives for many input sizes."""
        return tracing.shapes(self.subject)

    @once
    def gradients(self) -> Mapping[str, bool]:
        """Which parameters a gradient reaches."""
        return tracing.gradients(self.subject, self.read.size)

    @once
    def cut(self) -> list[str]:
        """The parameters of the output's layers that no gradient reaches."""
        names = (name for layer in self.reading.layers.values() for name in (layer.bias, layer.weight))
        live = (name for name in names if name in self.reading.live)
        unique = dict.fromkeys(live)  # a layer that is used twice has two roles
        return [n for n in unique if n in self.built.parameters and not self.gradients.get(n, False)]
