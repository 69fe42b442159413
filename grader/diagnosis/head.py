"""The way up: skips, crops, and what the forward pass returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.diagnosis.causes import because
from grader.diagnosis.layers import PADDINGS
from grader.diagnosis.offsets import OFFSET, kind_of_crop, kind_of_skip_crop
from grader.diagnosis.steps import PROBABILITIES, is_activation, resizes, resizing
from grader.diagnosis.words import both, plain
from grader.network.graph import Expr, walk
from grader.network.path import Join
from grader.network.reading import Reading, offset, strides
from grader.network.roles import is_pool
from grader.records.reason import Place, Reason
from reference.architecture import Skip

BATCHWISE = (
    "aten.permute.default",
    "aten.transpose.int",
    "aten.select.int",
    "aten.squeeze.default",
    "aten.squeeze.dim",
    "aten.unsqueeze.default",
)
VERBS = {
    "cat": "concatenated",
    "mul": "multiplied",
    "div": "divided",
    "stack": "stacked",
    "maximum": "joined by a maximum",
    "minimum": "joined by a minimum",
}
CHANGES = (
    "aten.flip",
    "aten.roll",
    "aten.transpose",
    "aten.permute",
    "aten.rot90",
    "norm",
    "aten.add",
    "aten.sub",
    "pool",
)
KNOWN = ("conv", "deconv", "relu", "max_pool", "input")


def crop_findings(reading: Reading) -> Iterator[Reason]:
    """Find where the output's crop starts."""
    wanted = reading.architecture.crop
    tail = reading.path.steps[reading.last_layer + 1 :]
    start = offset(tail)
    resized = next(filter(resizes, tail), None)
    expected = f"rows and columns [{wanted} : {wanted} + input size]"
    if resized is not None:
        actual, place = resizing(resized), resized.place
        yield because("crop.resized", want=wanted, expected=expected, actual=actual, place=place)
    elif start is None and not any("index" in step.op for step in tail):
        place = reading.path.steps[-1].place
        yield because("crop.missing", want=wanted, expected=expected, actual="no crop", place=place)
    elif start is not None and start != (wanted, wanted):
        place = next(step.place for step in tail if step.op == "crop" or strides(step))
        actual = f"starts at row {start[0]}, column {start[1]}"
        kind, said = kind_of_crop(reading, start)
        got: dict[str, Any] = {"got": said} if kind == OFFSET else {}
        yield because(f"crop.{kind}", **got, want=wanted, expected=expected, actual=actual, place=place)


def skip_findings(reading: Reading) -> Iterator[Reason]:
    """Find skips that are missing, taken or joined elsewhere, or not plainly added."""
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if skip.score.role not in reading.layers:
            place = reading.beside(skip.after)
            yield because(
                "skip.missing", pool=skip.pool, expected=_formula(skip), actual="not joined", place=place
            )
        elif found is None:
            place = reading.layers[skip.score.role].place
            yield because(
                "skip.unused", pool=skip.pool, expected=_formula(skip), actual="not joined", place=place
            )
        else:
            yield from _join_findings(reading, skip, *found)
    yield from _other_joins(reading)
    for step in reading.path.steps[reading.first_upscore : reading.last_layer]:
        if step.op == "scale" and reading.architecture.skips:
            yield _scaled(reading, step)


def _scaled(reading: Reading, step: Expr) -> Reason:
    """Name a factor on the way up: that of a sum with a skip, or of a map before it joins one."""
    position, got = reading.path.places[step.key], f"{step['factor']:.4g}"
    after = reading.after(position)
    wanted, actual, place = "a plain sum", f"times {got}", step.place
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if found and reading.positions.get(after, position) < found[0] < position:
            return because("skip.after", pool=skip.pool, got=got, expected=wanted, actual=actual, place=place)
    return because("skip.before", after=after, got=got, expected=wanted, actual=actual, place=place)


def _formula(skip: Skip) -> str:
    return f"{skip.after} + {skip.score.role}({skip.pool})[{skip.crop} : {skip.crop} + size]"


def _join_findings(reading: Reading, skip: Skip, position: int, join: Join) -> Iterator[Reason]:
    yield from _side_findings(reading, skip, join)
    yield from _main_findings(reading, skip, position, join)


def _side_findings(reading: Reading, skip: Skip, join: Join) -> Iterator[Reason]:
    """Find what was done to the skip itself: how it is joined, and where it comes from."""
    place, wanted = join.expr.place, _formula(skip)
    if join.kind != "add":
        got = VERBS.get(join.kind, join.kind)
        yield because("skip.joined", pool=skip.pool, got=got, expected=wanted, actual=join.kind, place=place)
    elif join.coefficient < 0:
        at = _factor_place(join)
        yield because("skip.subtracted", pool=skip.pool, expected=wanted, actual="a minus", place=at)
    if abs(join.coefficient) != 1:
        got, at = f"{abs(join.coefficient):.4g}", _factor_place(join)
        yield because(
            "skip.scaled", pool=skip.pool, got=got, expected=wanted, actual=f"times {got}", place=at
        )
    yield from _changed(reading, skip, join)
    tap = tap_name(reading, join)
    if tap != skip.pool:
        taken = next((part.place for part in join.side if part.place), place)
        yield because("skip.source", pool=skip.pool, got=tap, expected=wanted, actual=tap, place=taken)


def _changed(reading: Reading, skip: Skip, join: Join) -> Iterator[Reason]:
    """Find what else a skip goes through on its way."""
    for part in join.side:
        if any(name in part.op for name in CHANGES):
            deed = _deed(part)
            yield because(
                "skip.changed",
                pool=skip.pool,
                got=deed,
                expected=_formula(skip),
                actual=deed,
                place=part.place,
            )


def _factor_place(join: Join) -> Place | None:
    """Return where a skip was multiplied: the factor's own line, else that of the sum."""
    scaled = (part.place for part in join.side if part.op == "scale" and part["factor"] != 1)
    return next(filter(None, scaled), join.expr.place)


def _main_findings(reading: Reading, skip: Skip, position: int, join: Join) -> Iterator[Reason]:
    """Find what was done to what the skip joins, and where it joins."""
    place, wanted, after = join.expr.place, _formula(skip), reading.after(position)
    if join.main < 0:
        yield because("skip.other_subtracted", pool=skip.pool, expected=wanted, actual="a minus", place=place)
    elif join.main != 1:
        got = f"{join.main:.4g}"
        yield because(
            "skip.other_scaled", pool=skip.pool, got=got, expected=wanted, actual=f"times {got}", place=place
        )
    if after != skip.after and skip.after in reading.layers:
        yield because(
            "skip.place",
            pool=skip.pool,
            got=after or "the input",
            want=skip.after,
            expected=wanted,
            actual=f"{after} + ...",
            place=place,
        )


def tap_name(reading: Reading, join: Join) -> str:
    """Say where on the main path a skip was taken from."""
    if join.tap is None:
        return "something else"
    position = reading.path.places[join.tap.key]
    role = reading.after(position)
    node = reading.pools.get(role)
    behind = reading.path.steps[position + 1 :]
    later_relu = next((s.op == "relu" for s in behind if s.op != "max_pool" and not is_pool(s)), False)
    if node is not None:
        return f"{role} before its ReLU" if later_relu and not _has_relu(reading, position) else role
    tapped = join.tap
    return f"{role} before its ReLU" if tapped.op != "relu" else f"{role} (before the pooling)"


def _has_relu(reading: Reading, position: int) -> bool:
    """Say whether a ReLU stands between the last convolution at or before a position, and the position."""
    for step in reversed(reading.path.steps[: position + 1]):
        if step.op == "relu":
            return True
        if step.op in ("conv", "deconv"):
            return False
    return False


def _skips(reading: Reading) -> set[int]:
    """Return where the assignment's skips join, wherever that is."""
    return {found[0] for skip in reading.architecture.skips if (found := reading.join_of(skip))}


def _on_the_way_up(reading: Reading, position: int) -> bool:
    """Say whether a position is where skips may join, so that the skips line looks at what does."""
    between = reading.first_upscore <= position <= reading.last_layer
    return between and bool(reading.architecture.skips)


def _other_joins(reading: Reading) -> Iterator[Reason]:
    taken = [tap_name(reading, reading.path.joins[position]) for position in _skips(reading)]
    for position, join in reading.path.joins.items():
        if position in _skips(reading) or not _on_the_way_up(reading, position):
            continue
        tap, place = tap_name(reading, join), join.expr.place
        if tap in taken:
            expected, actual = "each skip added once", f"{tap} joined once more"
            yield because("skip.twice", pool=tap, expected=expected, actual=actual, place=place)
        else:
            expected, actual = "the assignment's skips alone", f"{tap} joined"
            after = reading.after(position)
            yield because("skip.extra", got=tap, after=after, expected=expected, actual=actual, place=place)


def skip_crop_findings(reading: Reading) -> Iterator[Reason]:
    """Find where the skips' crops start."""
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if found is not None:
            yield from _skip_crop(reading, skip, found[1])
    yield from _cropped_before_joining(reading)


def _skip_crop(reading: Reading, skip: Skip, join: Join) -> Iterator[Reason]:
    start = offset(join.side)
    resized = next(filter(resizes, join.side), None)
    expected = f"[{skip.crop} : {skip.crop} + size of {skip.after}'s output]"
    if resized is not None:
        yield because(
            "skip_crop.resized",
            pool=skip.pool,
            want=skip.crop,
            expected=expected,
            actual=resizing(resized),
            place=resized.place,
        )
    elif start is None and not any("index" in part.op for part in join.side):
        place = join.expr.place
        yield because("skip_crop.missing", pool=skip.pool, expected=expected, actual="no crop", place=place)
    elif start is not None and start != (skip.crop, skip.crop):
        kind, said = kind_of_skip_crop(reading, join, start)
        got: dict[str, Any] = {"got": said} if kind == OFFSET else {}
        yield because(
            f"skip_crop.{kind}",
            **got,
            pool=skip.pool,
            want=skip.crop,
            expected=expected,
            actual=f"starts at row {start[0]}, column {start[1]}",
            place=next(part.place for part in join.side if part.op == "crop" or strides(part)),
        )


def _cropped_before_joining(reading: Reading) -> Iterator[Reason]:
    for step in reading.path.steps[reading.first_upscore : reading.last_layer]:
        if step.op == "crop" or resizes(step):
            after = reading.after(reading.path.places[step.key])
            got = "cropped" if step.op == "crop" else "resized"
            expected = "the skip cropped, and nothing else"
            yield because(
                "skip_crop.other", after=after, got=got, expected=expected, actual=got, place=step.place
            )


def logit_findings(reading: Reading) -> Iterator[Reason]:
    """Find what turns logits into something else after the last layer."""
    for step in reading.path.steps[reading.last_layer + 1 :]:
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
    for position, step in enumerate(reading.path.steps):
        if position in reading.path.joins:
            if position not in _skips(reading) and not _on_the_way_up(reading, position):
                yield _other(reading, position, "is joined by a second branch")
        elif not _has_a_cause(reading, position, step):
            yield _other(reading, position, _deed(step))


def _has_a_cause(reading: Reading, position: int, step: Expr) -> bool:
    """Say whether a step is the assignment's, or a fault by another name than `forward`."""
    if step.op == "crop":  # crop, skip_crop
        return position >= reading.first_upscore
    if step.op == "scale" and _on_the_way_up(reading, position):  # skip.before
        return True
    if _makes_probabilities(step):  # logits, activation
        return position > reading.last_layer or is_activation(step)
    if any(_draws(source) for source in step.inputs if source.key != reading.path.steps[position - 1].key):
        return True  # determinism.random
    if step.op in BATCHWISE and position > reading.last_layer:  # shape.batch, shape.classes_last
        return True
    if position - 1 in _skips(reading) and _takes_a_part(step):  # skip.joined, of what was concatenated
        return True
    if plain(step) in PADDINGS:  # layer.border
        return True
    return step.op in KNOWN or step.op == "item" or is_activation(step) or is_pool(step) or resizes(step)


def _takes_a_part(step: Expr) -> bool:
    """Say whether a step keeps some of the channels, or of the batch, alone."""
    return plain(step) in ("slice", "narrow", "split", "chunk", "index_select", "select", "item")


def _draws(source: Expr) -> bool:
    return any(part.op == "random" for part in walk(source))


def _deed(step: Expr) -> str:
    if step.op == "scale":
        return f"is multiplied by {step['factor']:.4g}"
    if step.op == "crop":
        return f"is cropped from {both((step['top'], step['left']))}"
    if strides(step):
        return f"keeps one of {strides(step)} {'rows' if step['args'][1] % 4 == 2 else 'columns'}"
    if plain(step) in ("add", "sub") and len(step.inputs) == 1 and isinstance(step["args"][1], int | float):
        return f"has {step['args'][1]:.4g} {'added' if plain(step) == 'add' else 'taken off'}"
    if "norm" in step.op:
        return "goes through a normalisation layer"
    return f"goes through {plain(step)}"


def _other(reading: Reading, position: int, deed: str) -> Reason:
    after = reading.after(position - 1) if position else ""
    of = f"the output of {after}" if after else "the input"
    expected, place = "the layers' values as they are", reading.path.steps[position].place
    return because("forward.extra", of=of, got=deed, expected=expected, actual=deed, place=place)
