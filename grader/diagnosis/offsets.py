"""How a crop comes to start where it does: in the middle or at the end of what it is cut from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from grader.diagnosis.words import corner
from grader.network.graph import Expr, Pair
from grader.network.path import Join
from grader.network.reading import Reading
from grader.network.sizes import mapped

CENTRED, FROM_END, OFFSET = "centred", "from_end", "offset"
MIDDLE, END = "the middle", "the end"
KINDS = {MIDDLE: CENTRED, END: FROM_END}
SHIFTS = {0: "", 1: "1 after ", -1: "1 before ", 2: "2 after ", -2: "2 before "}


class Start(NamedTuple):
    """Where a crop starts: a kind of its own, or an offset and how it is called."""

    kind: str
    got: int | str = ""


def kind_of_crop(reading: Reading, start: Pair) -> Start:
    """Return how the output's crop starts there."""
    size = reading.size or _output(reading)  # where it stops at the end of the map, it is smaller
    trunk = reading.path.steps[: reading.last_layer + 1]
    return _start(_mapped(size, trunk), size, start, reading.architecture.crop)


def kind_of_skip_crop(reading: Reading, join: Join, start: Pair, want: int) -> Start:
    """Return how a skip's crop starts there, which must start at a number."""
    if join.tap is None:
        return Start(OFFSET, corner(start))
    trunk = reading.path.steps[: reading.path.places[join.tap.key] + 1]
    side = [part for part in join.side if part.op != "crop"]
    return _start(_mapped(_output(reading), [*trunk, *side]), _cut(join.side), start, want)


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


def _start(full: Pair | None, size: Pair | None, start: Pair, want: int) -> Start:
    """Name a start by what it is counted from: rows and columns differ in size, so that both tell.

    Where one of them is right and the other is one beside it, it may be two numbers that happen to be this.
    """
    if full is None or size is None or start[0] == start[1]:  # as a number would start it, too
        return Start(OFFSET, corner(start))
    left = full[0] - size[0], full[1] - size[1]
    for name, by in ((END, left), (MIDDLE, (left[0] // 2, left[1] // 2))):
        shift = start[0] - by[0]
        told = not shift or abs(start[0] - start[1]) > 1  # 8 and 9 are more likely two numbers
        if told and shift == start[1] - by[1] and shift in SHIFTS:
            if want in start and abs(start[0] - start[1]) == 1:
                return Start(OFFSET, f"{corner(start)} ({name} at the size that is looked at)")
            return Start(OFFSET, f"{SHIFTS[shift]}{name}") if shift else Start(KINDS[name])
    rows, columns = _axis("row", left[0], start[0], want), _axis("column", left[1], start[1], want)
    return Start(OFFSET, f"{rows} and {columns}")


def _axis(axis: str, left: int, start: int, want: int) -> str:
    """Return where a crop starts along one axis; one that is right is a number, whatever else is there."""
    names = {left: END, left // 2: MIDDLE} if left > 1 and start != want else {}
    return f"{names[start]} of the {axis}s" if start in names else f"{axis} {start}"
