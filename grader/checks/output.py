"""Checks of what both networks compute: crop, size, values, determinism."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import torch

from grader.checks import expect
from grader.checks.fcn import astray, believe, judge
from grader.diagnosis.causes import because
from grader.diagnosis.head import BATCHWISE
from grader.diagnosis.room import crowding
from grader.diagnosis.steps import resizes
from grader.evidence.challenge import close
from grader.evidence.model import ModelEvidence
from grader.network.graph import walk
from grader.network.reading import Reading, offset
from grader.network.roles import is_pool
from grader.network.sizes import mapped
from grader.records.reason import Place, Reason
from grader.wall.values import place as line_place
from grader.wall.verbs import Seen


def check_crop(network: ModelEvidence) -> None:
    """The output is cut from the row and column that the assignment says."""
    unnamed = "crop" not in network.findings and not network.is_reference and not network.reduced
    if unnamed and network.payer(network.difference) == "crop":
        expect.fail(network.difference)
    judge(network, "crop")


def check_shape(network: ModelEvidence) -> None:
    """The output has the size of the input, as far as the network's own layers allow it."""
    reading = network.reading
    wrong = [(size, shape) for size, shape in _outputs(network) if not _fitting(reading, size, shape)]
    if wrong and astray(network) is None and not _cropped_before(network):
        size, shape = wrong[-1]  # the largest: where a fixed size shows
        fault = _endless(reading, size, shape) or _fault(size, shape)
        text = f"an input {size} gives an output {shape}: {fault.text}"
        actual = "\n".join(f"{size} -> {shape}" for size, shape in wrong)
        place = _last_place(reading)
        expect.fail(replace(fault, text=text, expected=_wanted(size), actual=actual, place=place))
    believe(network, "shape")


def _outputs(network: ModelEvidence) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield input sizes with the output's shape; a size that raises though it fits ends it."""
    for size, answer in network.shapes:
        if answer.skipped:
            continue
        if not answer.error:
            yield size, _as_map(network, answer.shape)
        elif _fits(network.reading, size) and not _crowded(network, size):
            expect.fail(_raises(size, answer))


def _fitting(reading: Reading, size: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether an output has the batch and the size that it must have."""
    sized = len(shape) == 4 and shape[0] == size[0]
    return sized and all(_right_size(reading, size, shape, axis) for axis in (0, 1))


def _as_map(network: ModelEvidence, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Give an argmax its class axis back; that it is gone is the cause `logits.changed`."""
    return (shape[0], 1, *shape[1:]) if len(shape) == 3 and "logits" in network.findings else shape


def _wanted(size: tuple[int, ...]) -> str:
    return f"({size[0]}, n_class, {size[2]}, {size[3]})"


def _raises(size: tuple[int, ...], answer: Seen) -> Reason:
    error, place = answer.error, line_place(answer.line)
    text, kind = f"an input {size} raises {error}", error.partition(":")[0]
    return because("shape.raises", kind=kind, text=text, expected=_wanted(size), actual=error, place=place)


def _last_place(reading: Reading) -> Place | None:
    """Return the line that gives the output its size: the last crop, else the last step."""
    tail = reading.path.steps[reading.last_layer :]
    cuts = [step for step in tail if step.op in ("crop", *BATCHWISE) or resizes(step)]
    return next((step.place for step in reversed(cuts or tail) if step.place), None)


def _endless(reading: Reading, size: tuple[int, ...], shape: tuple[int, ...]) -> Reason | None:
    """Name a crop that goes on to the end of the map."""
    start = offset(reading.path.steps[reading.last_layer + 1 :])
    if start is None or len(shape) != 4 or shape[0] != size[0]:
        return None
    full = (mapped(size[2 + at], reading.path.steps[1 : reading.last_layer + 1], at) for at in (0, 1))
    rest = tuple(n - first for n, first in zip(full, start, strict=True) if n is not None)
    return because("shape.endless") if shape[2:] == rest else None


def _fault(size: tuple[int, ...], shape: tuple[int, ...]) -> Reason:
    if len(shape) == 4 and shape[2:] == (size[3], size[2]) and size[2] != size[3]:
        return because("shape.swapped")
    if len(shape) == 4 and shape[1:3] == size[2:]:
        return because("shape.classes_last")
    if len(shape) != 4 or shape[0] != size[0]:
        return because("shape.batch")
    wrong = [name for name, axis in (("height", 2), ("width", 3)) if shape[axis] != size[axis]]
    return because("shape.size", got=" and ".join(wrong))


def _right_size(reading: Reading, size: tuple[int, ...], shape: tuple[int, ...], axis: int) -> bool:
    """Equal to the input's, or to what the network's own layers and crop leave: those were judged before.

    The crop may have its start alone wrong, and end where it must.
    """
    got, wanted = shape[2 + axis], size[2 + axis]
    end = reading.architecture.crop + wanted
    return got == wanted or got in (_left(reading, wanted, axis), _left(reading, wanted, axis, end))


def _left(reading: Reading, wanted: int, axis: int, end: int | None = None) -> int | None:
    trunk, tail = reading.path.steps[1 : reading.last_layer + 1], reading.path.steps[reading.last_layer + 1 :]
    uncropped = mapped(wanted, [*trunk, *filter(is_pool, tail)], axis)
    if uncropped is None:
        return None
    start = offset(reading.path.steps[reading.last_layer + 1 :])
    if start is None:
        return uncropped
    return max(0, min(start[axis] + wanted if end is None else end, uncropped) - max(start[axis], 0))


def _fits(reading: Reading, size: tuple[int, ...]) -> bool:
    """Whether the network's own layers leave enough for the crop at this size."""
    return all(_left(reading, size[2 + axis], axis) in (None, size[2 + axis]) for axis in (0, 1))


def _cropped_before(network: ModelEvidence) -> bool:
    """Whether what a skip joins was cropped in its place, which leaves too little at the end."""
    causes = (found.cause for found in network.findings.get("skip_crops", []))
    return any(cause is not None and cause.id == "skip_crop.other" for cause in causes)


def _crowded(network: ModelEvidence, size: tuple[int, ...]) -> bool:
    """Whether the network's own layers leave a skip no room at this size: those were judged before."""
    causes = [found.cause for line in network.findings.values() for found in line if found.cause]
    return crowding(network.reading.architecture, causes, size[2:]) is not None


def check_forward(network: ModelEvidence) -> None:
    """The output is what the network's layers compute, joined in the assignment's order."""
    bad = 0 if network.reduced else int((~torch.isfinite(network.response.output)).sum())
    if bad:
        expect.fail(_infinite(network, bad))
    judge(network, "forward")
    structural = set(network.findings) - {"dropout"}
    if not structural and not network.is_reference and not _same_where_both(network):
        expect.charge("forward", network.difference)


def _infinite(network: ModelEvidence, bad: int) -> Reason:
    """Say what values are no numbers, and which operation is given an infinite one."""
    missing = int(network.response.output.isnan().sum())
    kind = "NaN" if missing == bad else "NaN or infinite" if missing else "infinite"
    text, place = f"the output holds {bad:,} values that are {kind}", None
    for node in walk(network.reading.output):
        given = [each for each in dict(node.attrs).get("args", ()) if isinstance(each, float)]
        if filled := next(filter(math.isinf, given), None):
            text, place = f"{text}: {_bare(node.op)} is given {filled}", node.place
            break
    actual = f"{bad:,} are not"
    return because("forward.infinite", text=text, expected="finite numbers", actual=actual, place=place)


def _bare(operation: str) -> str:
    """An operation as PyTorch's documentation calls it."""
    return operation.removeprefix("aten.").partition(".")[0]


def _same_where_both(network: ModelEvidence) -> bool:
    """Compare where both outputs have values; another size is the cause `shape`."""
    mine, theirs = network.response.output, network.response.reference
    mine = mine[None] if mine.ndim == 3 else mine  # a lost batch too
    if mine.ndim == 4 and mine.shape[3] == theirs.shape[1] != mine.shape[1]:
        mine = mine.movedim(3, 1)  # classes in the last place
    if mine.ndim != 4 or network.response.output.shape == theirs.shape:
        return False
    rows, columns = (min(a, b) for a, b in zip(mine.shape[2:], theirs.shape[2:], strict=True))
    turned = mine.movedim(2, 3)  # height and width, which are the cause `shape.swapped`
    same = turned.shape == theirs.shape and close(turned, theirs)
    return same or close(mine[..., :rows, :columns], theirs[..., :rows, :columns])


def check_determinism(network: ModelEvidence) -> None:
    """In eval mode the same input gives the same output; a dropout left on is the cause `dropout.on`."""
    expected = "the same output every time"
    if random := network.read.trace.random:
        expect.fail(
            because("determinism.random", expected=expected, actual="random numbers", place=random[0])
        )
    expect.that(network.repeats, because("determinism.state", expected=expected, actual="another one"))
    judge(network, "determinism")
