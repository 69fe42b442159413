"""Evidence about one of the two networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch

from grader.diagnosis import head, layers, steps
from grader.diagnosis.findings import Finding
from grader.diagnosis.numeric import explain_difference
from grader.errors import Blocked, ProtocolError, StudentDied, StudentError, StudentTimeout
from grader.evidence.copying import CopyEvidence
from grader.evidence.once import once
from grader.evidence.witness import Asks
from grader.network.evaluate import BILINEAR, Evaluator, NotReplayableError
from grader.network.graph import replace_leaves
from grader.network.reading import Reading, read_network
from grader.network.reference import reference_output
from grader.network.roles import Layer
from grader.network.trace import Trace, read_trace
from grader.records import Place
from reference.architecture import Architecture
from reference.fcn import bilinear_weight

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
EQUAL = 1e-4  # of the output's standard deviation: float32 through 17 layers stays a thousand times below


@dataclass(frozen=True)
class Built:
    """A model as its constructor made it."""

    way: str
    parameters: Mapping[str, tuple[int, ...]]
    frozen: tuple[str, ...]
    places: Mapping[str, Place]
    methods: tuple[str, ...]


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Say whether two outputs are equal but for rounding; NaN equals NaN."""
    if a.shape != b.shape:
        return False
    a, b = a.float(), b.float()
    finite = b[torch.isfinite(b)]
    scale = float(finite.std()) if finite.numel() > 1 else 1.0
    return torch.allclose(a, b, rtol=1e-4, atol=EQUAL * max(scale, 1e-12), equal_nan=True)


class ModelEvidence:
    """What was asked of one network; every property is asked once."""

    def __init__(
        self,
        student: Asks,
        assignment: Callable[[int], Architecture],
        seed: int,
        evaluators: dict[Any, Evaluator],
        earlier: ModelEvidence | None = None,
    ) -> None:
        self.student = student
        self.assignment = assignment
        self.copying: CopyEvidence = CopyEvidence(self, earlier.copying if earlier else None)
        self.name = assignment(N_CLASS).name
        self.part = self.name.lower()
        self.seed = seed
        self._evaluators = evaluators

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

    # --- challenge and response ---

    @once
    def evaluator(self) -> Evaluator:
        """The trusted side's arithmetic for this challenge, shared by both networks."""
        shape = (1, 3, *self.size)
        if shape not in self._evaluators:
            self._evaluators[shape] = Evaluator(self.seed, shape)
        return self._evaluators[shape]

    @once
    def initial(self) -> dict[str, np.ndarray[Any, Any]]:
        """Transposed convolutions' weights as the constructor leaves them, and small buffers."""
        names = [layer.weight for layer in self.reading.layers.values() if layer.transposed]
        reply = self.ask("initial", names=names, seconds=60.0)
        names = [name for name in map(str, reply.value) if name in reply.arrays]
        self.evaluator.buffers = {name: reply.arrays[name] for name in names}
        return dict(reply.arrays)

    def starts_bilinear(self, layer: Layer) -> bool:
        """Say whether a transposed convolution starts as bilinear interpolation."""
        weight = self.initial.get(layer.weight)
        wanted = bilinear_weight(layer.inputs, layer.outputs // layer.groups, layer.kernel[0]).numpy()
        return weight is not None and weight.shape == wanted.shape and bool(abs(weight - wanted).max() < 1e-4)

    @once
    def contents(self) -> dict[str, str]:
        """What every parameter holds under the challenge, by the key of its values.

        Copied and bilinear weights stay as the student's code left them, so that the output proves them too;
        the others are drawn.
        """
        upscores = [layer for layer in self.reading.layers.values() if layer.transposed]
        bilinear = {layer.weight: BILINEAR for layer in upscores if self.starts_bilinear(layer)}
        return self.reading.keys | bilinear | self.copying.contents

    @once
    def response(self) -> torch.Tensor:
        """The model's output under the challenge."""
        keys = {name: key for name, key in self.contents.items() if key == self.reading.keys[name]}
        self.ask("fill", keys=keys, seed=self.seed, seconds=60.0)
        reply = self.ask("forward", seed=self.seed, size=[1, 3, *self.size], seconds=120.0)
        if "output" not in reply.arrays:
            raise Blocked(f"{self.name} gives no tensor on real data, see {self.part}.build")
        return torch.from_numpy(reply.arrays["output"])

    @once
    def repeats(self) -> bool:
        """A second run on the same input gives the same output."""
        reply = self.ask("forward", seed=self.seed, size=[1, 3, *self.size], seconds=120.0)
        again = reply.arrays.get("output")
        return again is not None and close(torch.from_numpy(again), self.response)

    @once
    def reference(self) -> torch.Tensor:
        """What the assignment gives under the challenge, rounding and holding what the student's do."""
        reading = self.reading
        ceil = {role: bool(node["ceil"]) for role, node in reading.pools.items() if node.op == "max_pool"}
        names = {key: self.contents[name] for name, key in reading.keys.items()}
        return self.evaluator(replace_leaves(reference_output(reading.architecture, self.size, ceil), names))

    @once
    def is_reference(self) -> bool:
        """The model computes what the reference computes."""
        return self._complete() and close(self.response, self.reference)

    def _complete(self) -> bool:
        """Every layer is there with the table's shape: only then did both sides draw the same weights."""
        layers = self.reading.layers
        return all(
            (layer := layers.get(wanted.role)) is not None
            and (layer.inputs, layer.outputs, layer.kernel)
            == (wanted.inputs, wanted.outputs, (wanted.kernel,) * 2)
            for wanted in self.reading.architecture.convs()
        )

    @once
    def difference(self) -> str:
        """What makes the output differ from the reference's, if a known fault does."""
        return explain_difference(self.response, self.reference, self.reading, self.evaluator, self.contents)

    @once
    def unverified(self) -> str:
        """Why the trace can't be believed; "" where its replay gave the model's output, or that is right."""
        if self.is_reference:
            return ""
        if not self.trace.readable:
            return "the forward pass changes views in place, which can't be replayed"
        try:
            replayed = self.evaluator(replace_leaves(self.reading.output, self.contents))
        except NotReplayableError as error:
            return str(error)
        return "" if close(self.response, replayed) else "the output is not what the recorded layers compute"

    # --- findings ---

    @once
    def findings(self) -> dict[str, list[Finding]]:
        """Every difference from the assignment, by the line that pays for it."""
        reading, places = self.reading, self.built.places
        found = self._dropout_findings()
        if not self.is_reference:
            found += chain(
                layers.layer_findings(reading, places),
                steps.activation_findings(reading),
                steps.pool_findings(reading),
                head.skip_findings(reading),
                head.skip_crop_findings(reading),
                head.crop_findings(reading),
                head.logit_findings(reading),
                head.other_findings(reading),
            )
        by_line: dict[str, list[Finding]] = {}
        for finding in found:
            by_line.setdefault(finding.line, []).append(finding)
        return by_line

    def _dropout_findings(self) -> list[Finding]:
        try:
            train = self.train_trace
        except StudentError as error:
            return [Finding("dropout", f"the forward pass fails in train mode: {error}", where=error.place)]
        reading = self.reading  # but a normalisation computes something else in train mode
        if train.output is not None:
            reading = read_network(train.output, reading.architecture)
        return list(steps.dropout_findings(reading, train.dropouts, self.reading, self.trace.dropouts))

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
