"""How a crop comes to start where it does: in the middle or at the end of what it is cut from."""

from __future__ import annotations

from collections.abc import Sequence

from grader.network.graph import Expr, Pair
from grader.network.path import Join
from grader.network.reading import Reading
from grader.network.sizes import mapped

CENTRED, FROM_END, OFFSET = "centred", "from_end", "offset"


def kind_of_crop(reading: Reading, start: Pair) -> str:
    """Say how the output's crop starts there."""
    size = _output(reading)
    trunk = reading.path.steps[: reading.last_layer + 1]
    return _kind(_mapped(size, trunk), size, start)


def kind_of_skip_crop(reading: Reading, join: Join, start: Pair) -> str:
    """Say how a skip's crop starts there."""
    if join.tap is None:
        return OFFSET
    trunk = reading.path.steps[: reading.path.places[join.tap.key] + 1]
    side = [part for part in join.side if part.op != "crop"]
    return _kind(_mapped(_output(reading), [*trunk, *side]), _cut(join.side), start)


def _output(reading: Reading) -> Pair | None:
    """Return the size of the output, which is the input's where only the start of its crop is wrong."""
    return _cut(reading.path.steps[reading.last_layer + 1 :])


def _cut(steps: Sequence[Expr]) -> Pair | None:
    crops = [step for step in steps if step.op == "crop"]
    return (crops[-1]["height"], crops[-1]["width"]) if crops else None


def _mapped(size: Pair | None, steps: Sequence[Expr]) -> Pair | None:
    if size is None:
        return None
    rows, columns = mapped(size[0], steps, 0), mapped(size[1], steps, 1)
    return None if rows is None or columns is None else (rows, columns)


def _kind(full: Pair | None, size: Pair | None, start: Pair) -> str:
    if full is None or size is None or start[0] == start[1]:  # as a number would start it, too
        return OFFSET
    left = full[0] - size[0], full[1] - size[1]
    if start == left:
        return FROM_END
    return CENTRED if start == (left[0] // 2, left[1] // 2) else OFFSET
