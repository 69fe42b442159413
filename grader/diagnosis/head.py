"""What the forward pass returns, and all that has no other cause."""

from __future__ import annotations

from collections.abc import Iterator

from grader.diagnosis.causes import because
from grader.diagnosis.crops import cuts_channels, may_cut, takes_by_number
from grader.diagnosis.layers import PADDINGS
from grader.diagnosis.skips import on_the_way_up, reduced, where_skips_join
from grader.diagnosis.steps import PROBABILITIES, is_activation, resizes
from grader.diagnosis.words import deed, plain
from grader.network.graph import Expr, walk
from grader.network.path import LAYERS
from grader.network.reading import Reading
from grader.network.roles import is_pool
from grader.records.reason import Reason

BATCHWISE = (
    "aten.permute.default",
    "aten.transpose.int",
    "aten.select.int",
    "aten.squeeze.default",
    "aten.squeeze.dim",
    "aten.unsqueeze.default",
)
KNOWN = ("conv", "deconv", "relu", "max_pool", "input")


def logit_findings(reading: Reading) -> Iterator[Reason]:
    """Find what turns logits into something else after the last layer."""
    for step in (*reading.path.steps[reading.last_layer + 1 :], *reading.beside_path):
        if _makes_probabilities(step):
            yield because(
                "logits.changed",
                got=plain(step),
                help="Cross entropy takes logits; it does the softmax itself.",
                expected="logits",
                actual=plain(step),
                place=step.place,
            )


def _makes_probabilities(step: Expr) -> bool:
    return any(step.op.removeprefix("aten.").startswith(name) for name in PROBABILITIES)


def other_findings(reading: Reading) -> Iterator[Reason]:
    """Find what has no other cause: scaling, normalising, residual links, crops in the trunk."""
    if reading.returned is not None:
        yield _returned(reading, reading.returned)
    for position, step in enumerate(reading.path.steps):
        if position in reading.path.joins:
            if position not in where_skips_join(reading) and not on_the_way_up(reading, position):
                yield _other(reading, position, "is joined by a second branch")
        elif not _has_a_cause(reading, position, step):
            yield _other(reading, position, deed(step))


def _returned(reading: Reading, returned: Expr) -> Reason:
    """Name what the forward pass returns where it is not what it computes last."""
    beside, last = reading.beside_path, reading.path.steps[-1]
    first = next(iter(beside[0].inputs), returned) if beside else returned
    taken = [source for node in (last, *last.inputs) if node.op in (*LAYERS, "add") for source in node.inputs]
    role = next((role for role, layer in reading.layers.items() if layer.expr == last), "")
    if role and beside and first in taken:
        actual, expected = "what it gives goes nowhere", "what it computes last"
        return because("forward.unkept", layer=role, expected=expected, actual=actual, place=last.place)
    scores = [role for role, layer in reading.layers.items() if layer.expr in beside]
    got = scores[-1] if scores else reading.after(reading.path.places.get(first.key, 0))
    got = f"{got}'s output" if got else "a part of the input" if beside else "the input"
    expected, place = "what it computes last", returned.place
    return because("forward.returned", got=got, expected=expected, actual=got, place=place)


def _has_a_cause(reading: Reading, position: int, step: Expr) -> bool:
    """Return whether a step is the assignment's, or a fault by another name than `forward`."""
    if step.op == "crop":  # crop, skip_crop
        return position >= reading.first_upscore
    if position > reading.last_layer and _is_of_a_cut(reading, step):  # crop, by its values
        return True
    if step.op == "scale" and on_the_way_up(reading, position):  # skip.before
        return True
    joined = reading.path.joins.get(position - 1) if position - 1 in where_skips_join(reading) else None
    if joined and (_takes_a_part(step) or reduced(reading, joined)):  # skip.joined, concatenated or stacked
        return True
    if _makes_probabilities(step):  # logits, activation
        return position > reading.last_layer or is_activation(step)
    if any(_draws(source) for source in step.inputs if source.key != reading.path.steps[position - 1].key):
        return True  # determinism.random
    if position > reading.last_layer and (step.op in BATCHWISE or _cuts_first_axes(reading, step)):
        return True  # shape.batch, shape.classes_last, shape.swapped, crop.axes
    if plain(step) in PADDINGS:  # layer.border
        return True
    return step.op in KNOWN or step.op == "item" or is_activation(step) or is_pool(step) or resizes(step)


def _cuts_first_axes(reading: Reading, step: Expr) -> bool:
    """Return whether a step cuts channels off, or the batch, which a crop along the first two axes does."""
    if step.op == "aten.slice.Tensor" and step["args"][1] % 4 == 0:
        return any(map(cuts_channels, reading.path.steps[reading.last_layer + 1 :]))
    return cuts_channels(step)


def _is_of_a_cut(reading: Reading, step: Expr) -> bool:
    """Return whether a step cuts in a way that is not read, or shapes what such a one takes or gives."""
    shapes = plain(step) in ("view", "unsafe_view", "reshape", "select")
    return may_cut(step) or (shapes and any(map(may_cut, reading.path.steps[reading.last_layer + 1 :])))


def _takes_a_part(step: Expr) -> bool:
    """Return whether a step keeps some of the channels, or of the batch, alone."""
    return takes_by_number(step) or plain(step) in ("slice", "narrow", "split", "chunk", "select", "item")


def _draws(source: Expr) -> bool:
    return any(part.op == "random" for part in walk(source))


def _other(reading: Reading, position: int, done: str) -> Reason:
    after = reading.after(position - 1) if position else ""
    of = f"the output of {after}" if after else "the input"
    expected, place = "the layers' values as they are", reading.path.steps[position].place
    return because("forward.extra", of=of, got=done, expected=expected, actual=done, place=place)
