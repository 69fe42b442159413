"""Checks of what both networks compute: crop, size, values, determinism."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from grader import expect
from grader.checks.layers import believe, judge
from grader.evidence.model import ModelEvidence, close
from grader.network.reading import offset
from grader.network.sizes import mapped


def check_crop(network: ModelEvidence) -> None:
    """The output is cut from the row and column that the assignment says."""
    if "crop" not in network.findings and not network.is_reference:
        hint = network.difference
        if hint.startswith("the crop"):
            expect.fail(hint, expected=f"from row and column {network.reading.architecture.crop}")
    judge(network, "crop")


def check_shape(network: ModelEvidence) -> None:
    """The output has the size of the input, as far as the network's own layers allow it."""
    network.reading  # noqa: B018 - nothing to say of a network that isn't there
    wrong = [(size, shape) for size, shape in _outputs(network) if not _fitting(network, size, shape)]
    if wrong:
        size, shape = wrong[-1]  # the largest: where a fixed size shows
        expect.fail(
            f"an input {size} gives an output {shape}" + _why(size, shape),
            expected=_wanted(size),
            actual="\n".join(f"{size} -> {shape}" for size, shape in wrong),
        )
    believe(network)


def _outputs(network: ModelEvidence) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield input sizes with the output's shape; a size that raises though it fits ends it."""
    for size, answer in network.shapes:
        if answer.skipped:
            continue
        if not answer.error:
            yield size, _as_map(network, answer.shape)
        elif _fits(network, size):
            expect.fail(
                f"an input {size} raises {answer.error}", expected=_wanted(size), actual="an exception"
            )


def _fitting(network: ModelEvidence, size: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Say whether an output has the batch and the size that it must have."""
    sized = len(shape) == 4 and shape[0] == size[0]
    return sized and all(_right_size(network, size, shape, axis) for axis in (0, 1))


def _as_map(network: ModelEvidence, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Give an argmax its class axis back: the logits line pays for it."""
    return (shape[0], 1, *shape[1:]) if len(shape) == 3 and "logits" in network.findings else shape


def _wanted(size: tuple[int, ...]) -> str:
    return f"({size[0]}, n_class, {size[2]}, {size[3]})"


def _why(size: tuple[int, ...], shape: tuple[int, ...]) -> str:
    if len(shape) == 4 and shape[2:] == (size[3], size[2]) and size[2] != size[3]:
        return ": height and width are swapped"
    if len(shape) == 4 and shape[1:3] == size[2:]:
        return ": n_class must be the second axis, not the last"
    if len(shape) != 4 or shape[0] != size[0]:
        return ": the batch is lost"
    wrong = [name for name, axis in (("height", 2), ("width", 3)) if shape[axis] != size[axis]]
    return f": its {' and '.join(wrong)} is not the input's"


def _right_size(network: ModelEvidence, size: tuple[int, ...], shape: tuple[int, ...], axis: int) -> bool:
    """Equal to the input's, or to what the network's own layers and crop leave: those were judged before."""
    got, wanted = shape[2 + axis], size[2 + axis]
    return got == wanted or got == _left(network, wanted, axis)


def _left(network: ModelEvidence, wanted: int, axis: int) -> int | None:
    reading = network.reading
    uncropped = mapped(wanted, reading.path.steps[1 : reading.last_layer + 1], axis)
    if uncropped is None:
        return None
    start = offset(reading.path.steps[reading.last_layer + 1 :])
    return uncropped if start is None else max(0, min(start[axis] + wanted, uncropped) - max(start[axis], 0))


def _fits(network: ModelEvidence, size: tuple[int, ...]) -> bool:
    """Say whether the network's own layers leave enough for the crop at this size."""
    return all(_left(network, size[2 + axis], axis) in (None, size[2 + axis]) for axis in (0, 1))


def check_forward(network: ModelEvidence) -> None:
    """The output is what the network's layers compute, joined in the assignment's order."""
    if not torch.isfinite(network.response).all():
        bad = int((~torch.isfinite(network.response)).sum())
        expect.fail(f"the output holds {bad:,} values that are NaN or infinite", expected="finite numbers")
    judge(network, "forward")
    structural = set(network.findings) - {"dropout"}
    if not structural and not network.is_reference and not _same_where_both(network):
        expect.fail(
            "the output is not what these layers compute: " + network.difference,
            expected=f"shape {tuple(network.reference.shape)}",
            actual=f"shape {tuple(network.response.shape)}",
        )


def _same_where_both(network: ModelEvidence) -> bool:
    """Compare where both outputs have values: another size is paid for by the shape line."""
    mine, theirs = network.response, network.reference
    mine = mine[None] if mine.ndim == 3 else mine  # a lost batch too
    if mine.ndim == 4 and mine.shape[3] == theirs.shape[1] != mine.shape[1]:
        mine = mine.movedim(3, 1)  # classes in the last place
    if mine.ndim != 4 or network.response.shape == theirs.shape:
        return False
    rows, columns = (min(a, b) for a, b in zip(mine.shape[2:], theirs.shape[2:], strict=True))
    return close(mine[..., :rows, :columns], theirs[..., :rows, :columns])


def check_logits(network: ModelEvidence) -> None:
    """The output comes straight from the last layer: no softmax, no argmax."""
    judge(network, "logits")


def check_determinism(network: ModelEvidence) -> None:
    """In eval mode the same input gives the same output; a dropout left on was paid for under dropout."""
    network.reading  # noqa: B018 - nothing to say of a network that isn't there
    random = network.trace.random
    expect.that(
        not random,
        "the forward pass draws random numbers in eval mode: the same input gives another output each time",
        expected="the same output every time",
        where=random[0] if random else None,
    )
    expect.that(
        network.is_reference or network.repeats,
        "the same input gives another output each time: the model keeps something between calls",
        expected="the same output every time",
    )
    judge(network, "determinism")
