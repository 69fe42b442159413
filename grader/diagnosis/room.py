"""Whether layers leave the crops room: where they do not, a crop that does not fit is no fault of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.records.reason import Cause
from reference.architecture import Architecture, Conv, Pool, Skip

ATTRIBUTES = ("kernel", "stride", "padding", "dilation", "output_padding")  # that a map's size follows from


@dataclass(frozen=True)
class Step:
    """A layer or a pool, as far as it changes the size of a map."""

    role: str
    kernel: int
    stride: int
    padding: int
    dilation: int = 1
    output_padding: int = 0
    transposed: bool = False
    ceil: bool = False

    def after(self, size: int) -> int:
        """Return the size of what it makes of a map of some rows or columns."""
        reach = self.dilation * (self.kernel - 1)
        if self.transposed:
            return (size - 1) * self.stride - 2 * self.padding + reach + self.output_padding + 1
        span = size + 2 * self.padding - reach - 1
        return (-(-span // self.stride) if self.ceil else span // self.stride) + 1


def crowding(architecture: Architecture, causes: Sequence[Cause], sizes: Iterable[int]) -> Cause | None:
    """Return the first of the causes by which a crop does not fit into its map; None where all fit.

    `sizes` are rows and columns of an input.
    """
    spoilt = [cause for cause in causes if cause.id.startswith(("layer.", "pool."))]
    for some in (*([cause] for cause in spoilt), spoilt):
        ways = (_steps(architecture, some, ceil) for ceil in (True, False))
        if any(not _fits(architecture, steps, size) for steps in ways for size in sizes):
            return some[0]
    return None


def _fits(architecture: Architecture, steps: Sequence[Step], size: int) -> bool:
    made, wanted = {"": size}, architecture.crop + size
    for step in steps:
        too_small = size + 2 * step.padding < step.dilation * (step.kernel - 1) + 1 and not step.transposed
        if too_small or step.stride < 1:
            return True  # the network can't be run at this size, which is another matter
        made[step.role] = size = max(step.after(size), 1)
    # Where pools round down, FCN-32s' own crop is short at some sizes.
    short = any(step.ceil for step in steps) and size < wanted
    return not short and all(_has_room(skip, made) for skip in architecture.skips)


def _has_room(skip: Skip, made: dict[str, int]) -> bool:
    """Return whether a skip's crop fits; where what it needs is missing, it is not there to fit."""
    if skip.pool not in made or skip.after not in made:
        return True
    return skip.crop + made[skip.after] <= made[skip.pool]


def _steps(architecture: Architecture, causes: Sequence[Cause], ceil: bool) -> list[Step]:
    """Return the assignment's steps with what some causes say of them."""
    every = (*architecture.trunk, architecture.score, *architecture.upscores)
    steps = [_step(layer, ceil) for layer in every]
    for cause in causes:
        steps = list(_changed(steps, cause))
    return steps


def _step(layer: Conv | Pool, ceil: bool) -> Step:
    if isinstance(layer, Pool):
        return Step(layer.role, layer.kernel, layer.stride, layer.padding, ceil=ceil)
    return Step(
        layer.role, layer.kernel, layer.stride, layer.padding, layer.dilation, transposed=layer.transposed
    )


def _changed(steps: Sequence[Step], cause: Cause) -> Iterator[Step]:
    given = cause.parameters
    subject, _, name = cause.id.partition(".")
    role, got = given.get(subject), given.get("got")
    for step in steps:
        if step.role == role and name in ("missing", "unkept", "interpolated"):
            continue
        changes = step.role == role and name in ATTRIBUTES and isinstance(got, int)
        yield replace(step, **{name: got}) if changes else step  # type: ignore[arg-type]  # a whole number
