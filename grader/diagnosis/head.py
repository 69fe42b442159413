"""The way up: skips, crops, and what the forward pass returns."""

from __future__ import annotations

from collections.abc import Iterator

from grader.diagnosis.findings import Finding, both
from grader.diagnosis.layers import PADDINGS
from grader.diagnosis.steps import PROBABILITIES, is_activation
from grader.diagnosis.words import plain
from grader.network.graph import Expr, walk
from grader.network.path import Join
from grader.network.reading import Reading, offset
from grader.network.roles import is_pool
from reference.architecture import Skip

BATCHWISE = (
    "aten.permute.default",
    "aten.transpose.int",
    "aten.select.int",
    "aten.squeeze.default",
    "aten.squeeze.dim",
    "aten.unsqueeze.default",
)
KNOWN = ("conv", "deconv", "relu", "max_pool", "input")


def crop_findings(reading: Reading) -> Iterator[Finding]:
    """Find where the output's crop starts."""
    wanted = reading.architecture.crop
    tail = reading.path.steps[reading.last_layer + 1 :]
    start = offset(tail)
    resized = next((step for step in tail if "upsample" in step.op), None)
    expected = f"rows and columns [{wanted} : {wanted} + input size]"
    if resized is not None:
        words = f"the output is resized by interpolation, it must be cropped from row and column {wanted}"
        yield Finding("crop", words, "", expected, "interpolation", resized.place)
    elif start is None and not any("index" in step.op for step in tail):
        words = f"the output is not cropped, it must be cut from row and column {wanted}"
        yield Finding("crop", words, "", expected, "no crop")
    elif start is not None and start != (wanted, wanted):
        place = next(step.place for step in tail if step.op == "crop")
        words = _crop_words("the crop", start, wanted)
        yield Finding("crop", words, "", expected, f"starts at row {start[0]}, column {start[1]}", place)


def _crop_words(what: str, start: tuple[int, int], wanted: int) -> str:
    if start[0] == start[1]:
        return f"{what} starts at {start[0]}, it must start at {wanted}"
    return f"{what} starts at row {start[0]} and column {start[1]}, it must start at {wanted} in both"


def skip_findings(reading: Reading) -> Iterator[Finding]:
    """Find skips that are missing, taken or joined elsewhere, or not plainly added."""
    for skip in reading.architecture.skips:
        if skip.score.role not in reading.layers:
            yield Finding("skips", f"the {skip.pool} skip is missing", "", _formula(skip), "not joined")
            continue
        found = reading.join_of(skip)
        if found is None:
            yield Finding("skips", f"the {skip.pool} skip is computed but joins nothing", "", _formula(skip))
            continue
        yield from _join_findings(reading, skip, *found)
    yield from _other_joins(reading)
    for step in reading.path.steps[reading.first_upscore : reading.last_layer]:
        if step.op == "scale" and reading.architecture.skips:
            after = reading.after(reading.path.places[step.key])
            words = f"{after}'s output is multiplied by {step['factor']:.4g} before the skip joins"
            yield Finding("skips", words, "", "a plain sum", f"times {step['factor']:.4g}", step.place)


def _formula(skip: Skip) -> str:
    return f"{skip.after} + {skip.score.role}({skip.pool})[{skip.crop} : {skip.crop} + size]"


def _join_findings(reading: Reading, skip: Skip, position: int, join: Join) -> Iterator[Finding]:
    place, name = join.expr.place, f"the {skip.pool} skip"
    if join.kind != "add":
        verb = {"cat": "concatenated", "mul": "multiplied", "maximum": "joined by a maximum"}.get(
            join.kind, join.kind
        )
        yield Finding("skips", f"{name} is {verb}, it must be added", "", _formula(skip), join.kind, place)
    elif join.coefficient < 0:
        yield Finding(
            "skips", f"{name} is subtracted, it must be added", "", _formula(skip), "a minus", place
        )
    elif join.coefficient != 1:
        words = f"{name} is scaled by {join.coefficient:.4g}, it must be added as it is"
        yield Finding("skips", words, "", _formula(skip), f"times {join.coefficient:.4g}", place)
    tap = tap_name(reading, join)
    if tap != skip.pool:
        yield Finding("skips", f"{name} is taken from {tap}, it must be taken from {skip.pool}", where=place)
    after = reading.after(position)
    if join.main < 0:
        words = f"what comes before is subtracted from {name}, both must be added"
        yield Finding("skips", words, "", _formula(skip), "a minus", place)
    elif join.main != 1:
        words = f"what {name} joins is scaled by {join.main:.4g}, both must be added as they are"
        yield Finding("skips", words, "", _formula(skip), f"times {join.main:.4g}", place)
    if after != skip.after and skip.after in reading.layers:
        words = f"{name} joins after {after or 'the input'}, it must join after {skip.after}"
        yield Finding("skips", words, "", _formula(skip), f"{after} + ...", place)


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


def _other_joins(reading: Reading) -> Iterator[Finding]:
    taken = [tap_name(reading, reading.path.joins[position]) for position in _skips(reading)]
    for position, join in reading.path.joins.items():
        if position in _skips(reading) or not _on_the_way_up(reading, position):
            continue
        tap, after = tap_name(reading, join), reading.after(position)
        words = f"{tap} is joined after {after}, which the assignment does not do"
        if tap in taken:
            words = f"the {tap} skip is joined twice, it must be added once"
        yield Finding("skips", words, where=join.expr.place)


def skip_crop_findings(reading: Reading) -> Iterator[Finding]:
    """Find where the skips' crops start."""
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if found is None:
            continue
        _, join = found
        start = offset(join.side)
        resized = next((part for part in join.side if "upsample" in part.op), None)
        expected = f"[{skip.crop} : {skip.crop} + size of {skip.after}'s output]"
        if resized is not None:
            words = f"the {skip.pool} skip is resized, it must be cropped from {skip.crop}"
            yield Finding("skip_crops", words, "", expected, "interpolation", resized.place)
        elif start is None and not any("index" in part.op for part in join.side):
            yield Finding(
                "skip_crops", f"the {skip.pool} skip is not cropped", "", expected, "no crop", join.expr.place
            )
        elif start is not None and start != (skip.crop, skip.crop):
            words = _crop_words(f"the {skip.pool} skip's crop", start, skip.crop)
            place = next(part.place for part in join.side if part.op == "crop")
            actual = f"starts at row {start[0]}, column {start[1]}"
            yield Finding("skip_crops", words, "", expected, actual, place)
    yield from _cropped_before_joining(reading)


def _cropped_before_joining(reading: Reading) -> Iterator[Finding]:
    for step in reading.path.steps[reading.first_upscore : reading.last_layer]:
        if step.op == "crop" or "upsample" in step.op:
            after = reading.after(reading.path.places[step.key])
            what = "cropped" if step.op == "crop" else "resized"
            words = f"{after}'s output is {what} before the skip joins; the skip is what must be cropped"
            line = "skip_crops" if reading.architecture.skips else "forward"
            yield Finding(line, words, where=step.place)


def logit_findings(reading: Reading) -> Iterator[Finding]:
    """Find what turns logits into something else after the last layer."""
    for step in reading.path.steps[reading.last_layer + 1 :]:
        if any(step.op.removeprefix("aten.").startswith(name) for name in PROBABILITIES):
            words = f"the output went through {plain(step)}: logits are expected, the last layer's own output"
            help_ = "Cross entropy takes logits; it does the softmax itself."
            yield Finding("logits", words, help_, "logits", plain(step), step.place)


def other_findings(reading: Reading) -> Iterator[Finding]:
    """Find what no other line accounts for: scaling, normalising, residual links, crops in the trunk."""
    for position, step in enumerate(reading.path.steps):
        if position in reading.path.joins:
            if position not in _skips(reading) and not _on_the_way_up(reading, position):
                yield _other(reading, position, "is joined by a second branch")
        elif not _accounted(reading, position, step):
            yield _other(reading, position, _deed(step))


def _accounted(reading: Reading, position: int, step: Expr) -> bool:
    """Say whether another line of the rubric looks at a step."""
    if step.op == "crop":
        return position >= reading.first_upscore
    if step.op == "scale" and _on_the_way_up(reading, position):
        return True  # the skips line looks at it
    if any(step.op.removeprefix("aten.").startswith(name) for name in PROBABILITIES):
        return position > reading.last_layer or is_activation(step)
    if any(_draws(source) for source in step.inputs if source.key != reading.path.steps[position - 1].key):
        return True  # the determinism line pays for random numbers
    if step.op in BATCHWISE and position > reading.last_layer:
        return True  # the shape line pays for a lost batch
    if plain(step) in PADDINGS:
        return True  # the layer's line pays for another kind of padding
    return (
        step.op in KNOWN or step.op == "item" or is_activation(step) or is_pool(step) or "upsample" in step.op
    )


def _draws(source: Expr) -> bool:
    return any(part.op == "random" for part in walk(source))


def _deed(step: Expr) -> str:
    if step.op == "scale":
        return f"is multiplied by {step['factor']:.4g}"
    if step.op == "crop":
        return f"is cropped from {both((step['top'], step['left']))}"
    if "norm" in step.op:
        return "goes through a normalisation layer"
    return f"goes through {plain(step)}"


def _other(reading: Reading, position: int, deed: str) -> Finding:
    after = reading.after(position - 1) if position else ""
    what = f"the output of {after}" if after else "the input"
    return Finding(
        "forward",
        f"{what} {deed}, which the assignment does not do",
        where=reading.path.steps[position].place,
    )
