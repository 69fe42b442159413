"""The crops of the output and of the skips: where they start, and along which axes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.diagnosis import thrown
from grader.diagnosis.causes import because
from grader.diagnosis.offsets import OFFSET, kind_of_crop, kind_of_skip_crop
from grader.diagnosis.steps import resizes, resizing
from grader.diagnosis.words import plain
from grader.network.graph import Expr
from grader.network.path import Join
from grader.network.reading import Reading, offset, strides
from grader.records.reason import Reason
from reference.architecture import Skip


def crop_findings(reading: Reading) -> Iterator[Reason]:
    """Find where the output's crop starts."""
    wanted = reading.architecture.crop
    tail = (*reading.path.steps[reading.last_layer + 1 :], *reading.beside_path)
    start = offset(tail)
    resized = next(filter(resizes, tail), None)
    if start is not None and any(up.role not in reading.layers for up in reading.architecture.upscores):
        resized = None  # it stands in for a transposed convolution, which has a cause of its own
    expected = f"rows and columns [{wanted} : {wanted} + input size]"
    if (cut := next(filter(cuts_channels, tail), None)) is not None:
        yield because("crop.axes", want=wanted, expected=expected, actual="channels cut", place=cut.place)
    elif resized is not None:
        actual, place = resizing(resized), resized.place
        yield because("crop.resized", want=wanted, expected=expected, actual=actual, place=place)
    elif start is None and not any(map(may_cut, tail)):
        yield _no_crop(reading, expected)
    elif start is not None and start != (wanted, wanted):
        place = next(step.place for step in tail if step.op == "crop" or strides(step))
        actual = f"starts at row {start[0]}, column {start[1]}"
        kind, said = kind_of_crop(reading, start)
        got: dict[str, Any] = {"got": said} if kind == OFFSET else {}
        yield because(f"crop.{kind}", **got, want=wanted, expected=expected, actual=actual, place=place)


def _no_crop(reading: Reading, expected: str) -> Reason:
    """Name a crop of the output that is missing, or whose result is."""
    wanted = reading.architecture.crop
    if (gone := thrown.crop(reading)) is not None:
        actual = "what it gives goes nowhere"
        return because("crop.unkept", want=wanted, expected=expected, actual=actual, place=gone.place)
    place = reading.path.steps[-1].place
    return because("crop.missing", want=wanted, expected=expected, actual="no crop", place=place)


def takes_by_number(step: Expr) -> bool:
    """Return whether a step takes what computed numbers tell: its values alone show where it cuts."""
    return plain(step) in ("index", "index_select", "unsafe_index", "gather")


def may_cut(step: Expr) -> bool:
    """Return whether a step may cut rows and columns in a way that is not read."""
    return takes_by_number(step) or plain(step) in ("as_strided", "unfold")


def cuts_channels(step: Expr) -> bool:
    """Return whether a step cuts some of the channels off, as a crop along the wrong axes does."""
    return step.op == "aten.slice.Tensor" and step["args"][1] % 4 == 1 and step["args"][2] != 0


def skip_crop_findings(reading: Reading) -> Iterator[Reason]:
    """Find where the skips' crops start."""
    for skip in reading.architecture.skips:
        found = reading.join_of(skip)
        if found is not None and not _borrowed(reading, skip, found[1]):
            yield from _skip_crop(reading, skip, found[1])
    yield from _cropped_before_joining(reading)


def _borrowed(reading: Reading, skip: Skip, join: Join) -> bool:
    """Return whether a skip is another one's, crop and all: that it is not its own has a cause."""
    others = [reading.join_of(other) for other in reading.architecture.skips if other != skip]
    before = (found[1] for found in others if found and found[0] < reading.sides[skip.score.role])
    theirs = {part.key for other in before for part in other.side}
    return any(part.op == "crop" and part.key in theirs for part in join.side)


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
    elif start is None and not any(map(may_cut, join.side)):
        place = join.expr.place
        yield because("skip_crop.missing", pool=skip.pool, expected=expected, actual="no crop", place=place)
    elif start is not None and start != (skip.crop, skip.crop):
        kind, said = kind_of_skip_crop(reading, join, start, skip.crop)
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
            got = "resized" if resizes(step) else "padded" if _pads(step) else "cropped"
            expected = "the skip cropped, and nothing else"
            yield because(
                "skip_crop.other", after=after, got=got, expected=expected, actual=got, place=step.place
            )


def _pads(step: Expr) -> bool:
    """Return whether a crop begins before a map does, which puts zeros there."""
    return step.op == "crop" and min(step["top"], step["left"]) < 0
