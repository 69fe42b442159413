"""The challenge: started -> copied -> filled -> response, and what the reference gives beside it.

All of it happens to one real model, in this order and with nothing between: which check asks first changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from grader.diagnosis.copying import AfterCopying
from grader.errors import Blocked, StudentError, Unverified
from grader.evidence.ends import LetGo, let_go
from grader.evidence.once import Attempt, attempt, taken
from grader.evidence.shortened import copy
from grader.evidence.subject import N_CLASS, Subject
from grader.evidence.tracing import Read
from grader.network.evaluate import BILINEAR, Evaluator
from grader.network.graph import replace_leaves
from grader.network.reading import Reading
from grader.network.reference import reference_output
from grader.network.roles import Layer
from grader.network.trace import Trace
from grader.wall.draws import derived
from grader.wall.verbs import Begun, Fill, Forward, Initial, Release
from reference.fcn import bilinear_weight

Array = np.ndarray[Any, Any]
EQUAL = 1e-4  # of the output's standard deviation: float32 through 17 layers stays a thousand times below


@dataclass(frozen=True, eq=False)
class Started:
    """What a constructor leaves: the transposed convolutions' weights, and small buffers, by name."""

    weights: Mapping[str, Array]
    buffers: Mapping[str, Array]

    def is_bilinear(self, layer: Layer) -> bool:
        """Return whether a transposed convolution starts as bilinear interpolation."""
        weight = self.weights.get(layer.weight)
        inputs, outputs, side = layer.inputs, layer.outputs // layer.groups, layer.kernel[0]
        if weight is None or weight.shape != (inputs, outputs, side, side):
            return False
        wanted = bilinear_weight(inputs, outputs, side).numpy()
        return bool(abs(weight - wanted).max(initial=0.0) < 1e-4)


@dataclass(frozen=True, eq=False)
class Response:
    """The model's output beside the reference's; whether it is the same, and whether it repeats."""

    output: torch.Tensor
    reference: torch.Tensor
    is_reference: bool
    repeats: bool


@dataclass(frozen=True, eq=False)
class Challenged:
    """What came of the challenge; `contents` is what every value holds, by the key of its values."""

    started: Started
    copied: Attempt[AfterCopying]
    contents: Mapping[str, str]
    response: Attempt[Response]
    let_go: LetGo


def challenge(
    subject: Subject,
    read: Read,
    evaluator: Evaluator,
    between: Callable[[], None],
    trained: Callable[[], Trace],
) -> Challenged:
    """Go through the whole of it, doing something else between the steps; `trained` gives the forward pass
    in train mode. Raises StudentError where the model can't be built for real."""
    between()
    started = start(subject, read.reading)
    between()
    copied = attempt(lambda: copy(subject, read))
    between()
    kept = _kept(subject, read.reading, copied)
    contents = _contents(read, started, kept, evaluator)
    response = attempt(lambda: respond(subject, read, contents, evaluator, between))
    ends = attempt(lambda: let_go(subject, read, trained))
    between()
    return Challenged(started, copied, contents, response, ends if isinstance(ends, LetGo) else LetGo())


def unanswered(subject: Subject, read: Read, why: str) -> Challenged:
    """Look only at what the constructor and copying leave: why it is not run with all channels is told.

    Raises StudentError where the model can't be built for real.
    """
    started = start(subject, read.reading)
    return Challenged(started, attempt(lambda: copy(subject, read)), {}, Unverified(why), LetGo())


def start(subject: Subject, reading: Reading) -> Started:
    """Ask for what the constructor leaves of what is not drawn."""
    return _started(subject, Initial(subject.name, names=_upscores(reading)))


def begun(subject: Subject, reading: Reading) -> Started:
    """Ask for what the notebook's own statements leave before training; nothing where they raise."""
    try:
        return _started(subject, Begun(subject.name, names=_upscores(reading)))
    except StudentError:
        return Started({}, {})


def _upscores(reading: Reading) -> tuple[str, ...]:
    return tuple(layer.weight for layer in reading.upscores.values())


def _started(subject: Subject, asked: Initial) -> Started:
    reply = subject.student.ask(asked, seconds=60.0)
    buffers = set(reply.value.buffers)
    return Started(
        weights={name: array for name, array in reply.arrays.items() if name in asked.names},
        buffers={name: array for name, array in reply.arrays.items() if name in buffers},
    )


def _kept(subject: Subject, reading: Reading, copied: Attempt[AfterCopying]) -> dict[str, str]:
    """Return the parameters that hold values of the VGG-16, by the key that those were drawn by."""
    if isinstance(copied, StudentError | Blocked):
        return {}  # the copying lines tell why
    if taken(copied).remade:
        subject.student.ask(
            Release(subject.name)
        )  # a new model is judged: the copying lines tell of this one
        return {}
    layers = reading.layers
    held = taken(copied).held.items()
    return {getattr(layers[role], kind): f"vgg/{source}.{kind}" for (role, kind), source in held}


def _contents(read: Read, started: Started, kept: Mapping[str, str], evaluator: Evaluator) -> dict[str, str]:
    """Copied and bilinear weights, buffers and constants stay as they are; all else is drawn."""
    reading = read.reading
    upscores = reading.upscores.values()
    bilinear = {layer.weight: BILINEAR for layer in upscores if started.is_bilinear(layer)}
    left = {**started.buffers, **read.trace.constants}
    return {
        **{name: evaluator.give(array) for name, array in left.items()},
        **reading.keys,
        **bilinear,
        **kept,
    }


def respond(
    subject: Subject,
    read: Read,
    contents: Mapping[str, str],
    evaluator: Evaluator,
    between: Callable[[], None],
) -> Response:
    """Fill the model, run it, compare; run what is not the reference's output a second time."""
    keys = {name: key for name, key in contents.items() if key == read.reading.keys.get(name)}
    subject.student.ask(Fill(subject.name, keys=keys, seed=derived(subject.seed, "fill")), seconds=60.0)
    output = real_output(subject, read.size)
    between()
    wanted = reference(read.reading, read.size, contents, evaluator)
    same = is_complete(read.reading) and close(output, wanted)
    return Response(output, wanted, same, same or close(real_output(subject, read.size), output))


def real_output(subject: Subject, size: tuple[int, int], n_class: int = N_CLASS) -> torch.Tensor:
    """Ask for the model's output; Blocked where it gives no tensor."""
    asked = Forward(subject.name, n_class, size=(1, 3, *size), seed=derived(subject.seed, "input"))
    reply = subject.student.ask(asked, seconds=120.0)
    if "output" not in reply.arrays:
        raise Blocked(f"{subject.name} gives no tensor on real data, see {subject.part}.build")
    return torch.from_numpy(reply.arrays["output"])


def reference(
    reading: Reading,
    size: tuple[int, int],
    contents: Mapping[str, str],
    evaluator: Evaluator,
    *,
    training: bool = False,
) -> torch.Tensor:
    """Return what the assignment gives under the challenge, rounding and holding what the student's do."""
    names = {key: contents[name] for name, key in reading.keys.items()}
    root = reference_output(reading.architecture, size, reading.ceilings, training)
    return evaluator(replace_leaves(root, names))


def is_complete(reading: Reading) -> bool:
    """Return whether every layer has the table's shape: only then both sides drew the same weights."""
    return all(
        (layer := reading.layers.get(wanted.role)) is not None
        and (layer.inputs, layer.outputs, layer.kernel)
        == (wanted.inputs, wanted.outputs, (wanted.kernel,) * 2)
        for wanted in reading.architecture.convs()
    )


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether two outputs are equal but for rounding; NaN equals NaN."""
    if a.shape != b.shape:
        return False
    a, b = a.float(), b.float()
    if torch.equal(a, b):
        return True
    known = torch.isfinite(b)
    finite = b.flatten() if known.all() else b[known]  # what a mask chooses is listed by its indices first
    scale = float(finite.std()) if finite.numel() > 1 else 1.0
    return torch.allclose(a, b, rtol=1e-4, atol=EQUAL * max(scale, 1e-12), equal_nan=True)
