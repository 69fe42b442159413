"""Evidence about one of the two networks: challenge and response, and every difference."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import torch

from grader.diagnosis import head, layers, steps
from grader.diagnosis.causes import because, kind_of
from grader.diagnosis.numeric import explain_difference
from grader.diagnosis.payers import LineName, line_of
from grader.errors import Blocked, StudentError
from grader.evidence.copying import CopyEvidence
from grader.evidence.once import once
from grader.evidence.tracing import TracedNetwork
from grader.evidence.witness import Asks
from grader.network.evaluate import BILINEAR, Evaluator, NotReplayableError
from grader.network.graph import replace_leaves
from grader.network.reading import read_network
from grader.network.reference import reference_output
from grader.network.roles import Layer
from grader.records.reason import Reason
from grader.wall.answers import Reply
from grader.wall.values import Described
from grader.wall.verbs import Fill, Forward, Initial
from reference.architecture import Architecture
from reference.fcn import bilinear_weight

EQUAL = 1e-4  # of the output's standard deviation: float32 through 17 layers stays a thousand times below


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Say whether two outputs are equal but for rounding; NaN equals NaN."""
    if a.shape != b.shape:
        return False
    a, b = a.float(), b.float()
    finite = b[torch.isfinite(b)]
    scale = float(finite.std()) if finite.numel() > 1 else 1.0
    return torch.allclose(a, b, rtol=1e-4, atol=EQUAL * max(scale, 1e-12), equal_nan=True)


class ModelEvidence(TracedNetwork):
    """What a network computes under the challenge, what copying did to it, and what differs."""

    def __init__(
        self,
        student: Asks,
        assignment: Callable[[int], Architecture],
        seed: int,
        evaluators: dict[Any, Evaluator],
        earlier: ModelEvidence | None = None,
    ) -> None:
        super().__init__(student, assignment)
        self.copying: CopyEvidence = CopyEvidence(self, earlier.copying if earlier else None)
        self.seed = seed
        self._evaluators = evaluators

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
        reply = self.student.ask(Initial(self.name, names=tuple(names)), seconds=60.0)
        names = [name for name in reply.value.buffers if name in reply.arrays]
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
        self.student.ask(Fill(self.name, keys=keys, seed=self.seed), seconds=60.0)
        reply = self._forward()
        if "output" not in reply.arrays:
            raise Blocked(f"{self.name} gives no tensor on real data, see {self.part}.build")
        return torch.from_numpy(reply.arrays["output"])

    def _forward(self) -> Reply[Described]:
        return self.student.ask(Forward(self.name, size=(1, 3, *self.size), seed=self.seed), seconds=120.0)

    @once
    def repeats(self) -> bool:
        """A second run on the same input gives the same output."""
        reply = self._forward()
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
    def difference(self) -> Reason:
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
    def findings(self) -> dict[LineName, list[Reason]]:
        """Every difference from the assignment, by the line that it costs."""
        reading, places = self.reading, self.places
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
        by_line: dict[LineName, list[Reason]] = {}
        for reason in found:
            by_line.setdefault(self.payer(reason), []).append(reason)
        return by_line

    def payer(self, reason: Reason) -> LineName:
        """Return the line that a difference costs."""
        assert reason.cause is not None
        line = line_of(reason.cause, bool(self.reading.architecture.skips))
        assert line is not None, f"{reason.cause} costs no line"
        return line

    def _dropout_findings(self) -> list[Reason]:
        try:
            train = self.train_trace
        except StudentError as error:
            text = f"the forward pass fails in train mode: {error}"
            return [because("dropout.raises", kind=kind_of(error), text=text, place=error.place)]
        reading = self.reading  # but a normalisation computes something else in train mode
        if train.output is not None:
            reading = read_network(train.output, reading.architecture)
        return list(steps.dropout_findings(reading, train.dropouts, self.reading, self.trace.dropouts))
