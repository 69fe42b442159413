"""Prove that a network learns what the reference learns, without training it.

From equal values and with equal dropout it gives the same loss and the same gradient for every parameter,
and after a step of the course's optimiser it predicts the same. Where nothing but its parameters can have
a say (`purity`), what holds for values drawn here holds for all that training comes by.

This is shown on an eighth of the channels, which costs a fiftieth. It holds for all of them because the
evidence shows, with all channels, the same output in either mode: nothing that code may do that `purity`
lets pass changes a gradient or a step and leaves the output as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from grader.network import narrow
from grader.network.graph import Expr, walk
from grader.network.reading import Reading
from grader.network.reference import reference_output
from grader.training.pictures import Labelled
from grader.training.plans import Plan
from grader.training.predicting import predict
from grader.training.run import Setting, start
from grader.training.twin import Drop, Twin, names
from grader.training.values import Values
from grader.wall.answers import Asks
from grader.wall.verbs import TrainEnd, TrainGradients, TrainSteps
from reference.facades import CLASSES

PLAN = Plan("certify", "mosaic", "seeded", train=1, validation=1, test=1, epochs=1, size=40)
SPREAD = 0.1  # of biases: were they zero, a missing one would not show
ROUNDING = 1e-3  # relative: convolutions that add in another order differ by less than a tenth of this
MOVED = 0.05  # where a gradient is all rounding, so is the way that its parameter moves
DROPOUTS: tuple[Drop, ...] = (F.dropout2d, F.dropout)  # whole channels, or single values
SECONDS = 120.0  # for one question: far more than it takes
LARGEST = 256  # pixels of a side of what is compared
CROPS = {"window": "crop", "like": "crop"}  # the reference's cuts, as those of any network are written
UNCOUNTED = ("leaf", "dropout")  # a value that is used twice is one; dropouts are taken out of a trace


def differs(student: Asks, setting: Setting, reading: Reading, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return how a network learns otherwise than the reference, "" if it doesn't.

    Raises StudentError, ProtocolError. Source: assignment, parts 1 and 2 (the kit's trainer).
    """
    twin = Twin(narrow.architecture(reading.architecture), names(reading), reading.ceilings)
    few = {name: narrow.shape(shape) for name, shape in shapes.items()}
    wanted = {twin.names[name]: shape for name, shape in few.items() if name in twin.names}
    if wanted != {name: tuple(value.shape) for name, value in twin.named_parameters()}:
        return "it has not the reference's parameters"
    bounds = drawn(reading)
    twin.fill(bounds, setting.seed)
    size = setting.plan.size
    learned, shown = _noise(setting.seed, 1, size), _noise(setting.seed, 2, size)
    start(student, setting, Values(bounds, {}, shapes=few), learned)
    try:
        steps = _compared(student, setting, twin, learned, shown)
        return next((f"{what} differs" for what, same in steps if not same), "")
    finally:
        student.ask(TrainEnd())


def plan(size: int) -> Plan:
    """Return the plan of a proof for training on pictures of a size, 0 for any: what is right at one may not
    be at another."""
    return replace(PLAN, size=min(max(size, PLAN.size), LARGEST) if size else LARGEST // 2)


def steps(reading: Reading, *outputs: Expr) -> str:
    """Return how outputs are computed otherwise than the reference's, "" if by the same steps, in words.

    Values that are drawn can't show a step that does nothing to them, and something to pictures.
    """
    wanted = _counted(reference_output(reading.architecture, (1, 1), dict(reading.ceilings)))
    for found in map(_counted, outputs):
        if more := found - wanted:
            return f"it takes other steps than the reference: {', '.join(sorted(more))}"
        if found != wanted:
            return f"it lacks steps of the reference: {', '.join(sorted(wanted - found))}"
    return ""


def _counted(root: Expr) -> Counter[str]:
    return Counter(CROPS.get(node.op, node.op) for node in walk(root) if node.op not in UNCOUNTED)


def others(*outputs: Expr) -> tuple[str, ...]:
    """Return the values that outputs depend on besides parameters and the input, by name."""
    leaves = (node for output in outputs for node in walk(output) if node.op == "leaf")
    return tuple(dict.fromkeys(leaf["name"] for leaf in leaves if leaf["kind"] not in ("parameter", "input")))


def drawn(reading: Reading) -> dict[str, float]:
    """Bound what is drawn for every parameter, with few channels, so that activations stay near 1 on the way.

    Source: He et al. 2015.
    """
    bounds: dict[str, float] = {}
    for layer in reading.layers.values():
        reach = prod(layer.kernel) / (prod(layer.stride) if layer.transposed else 1)
        bounds[layer.weight] = float((6 / max(1.0, narrow.channels(layer.inputs) * reach)) ** 0.5)
        bounds |= {layer.bias: SPREAD} if layer.bias else {}
    return bounds


def _noise(seed: int, number: int, size: int) -> Labelled:
    """Draw a picture and its labels, every pixel for itself."""
    rng = np.random.default_rng([seed, number])
    image = rng.integers(0, 256, (size, size, 3), np.uint8)
    return Labelled((image,), (rng.integers(0, len(CLASSES), image.shape[:2], np.uint8),))


def _compared(
    student: Asks, setting: Setting, twin: Twin, learned: Labelled, shown: Labelled
) -> Iterator[tuple[str, bool]]:
    """Yield what was compared, and whether it is the same; nothing is asked beyond what is taken."""
    before = _predicted(student, shown), twin.predict(shown.images[0])
    yield "what it predicts", _near(*before, ROUNDING)
    reply = student.ask(TrainGradients(0, setting.seed, tuple(twin.names)), seconds=SECONDS).arrays
    loss = _equal_loss(twin, setting.seed, learned, reply.get("loss"))
    yield "its loss in train mode", loss is not None
    assert loss is not None
    sketches = twin.step(loss)
    for number, (name, theirs) in enumerate(twin.names.items()):
        same = _near(reply.get(f"gradient/{number}"), sketches[theirs], ROUNDING)
        yield f"the gradient of {name}", same
    student.ask(TrainSteps((0,), epoch_ends=False), seconds=SECONDS)
    after = _predicted(student, shown), twin.predict(shown.images[0])
    ours, theirs_moved = (now - then for now, then in zip(after, before, strict=True))
    yield "what it predicts after a step", _near(ours, theirs_moved, MOVED)


def _predicted(student: Asks, shown: Labelled) -> NDArray[np.float32]:
    ((_, log),) = predict(student, shown.images[:1], 1, SECONDS)
    return log


def _equal_loss(twin: Twin, seed: int, learned: Labelled, theirs: NDArray[Any] | None) -> Tensor | None:
    """Return the reference's loss where it is the network's, dropping whole channels or single values."""
    for drop in DROPOUTS:
        loss = twin.loss(learned.images[0], learned.labels[0], drop, seed)
        if _near(theirs, np.array([float(loss.detach())]), ROUNDING):
            return loss
    return None


def _near(ours: NDArray[Any] | None, theirs: NDArray[Any], tolerance: float) -> bool:
    """Whether two arrays are the same but for `tolerance`, a share of the second, which says something."""
    if ours is None or ours.shape != theirs.shape:
        return False
    length = float(np.linalg.norm(theirs))
    return 0 < length < np.inf and float(np.linalg.norm(ours - theirs)) <= tolerance * length
