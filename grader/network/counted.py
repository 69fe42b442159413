"""Numbers that are counted one by one, to take rows or columns by: where they start, along which axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.network.graph import Expr


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers from a start on, along an axis that is told from the last one: -1 is along a row.

    All other axes have one place, or, where it is `spread`, the same numbers at each of theirs.
    """

    start: int
    axis: int
    count: int = 0
    rank: int = 1
    spread: bool = False


def counted(index: Expr) -> Counted | None:
    """The numbers that an index holds; None for any that are not counted one by one."""
    steps = list[Expr]()
    while not index.op.startswith("aten.arange"):
        if index.op not in STEPS:
            return None
        steps.append(index)
        index = index.inputs[0]
    made = _arange(index)
    while made and steps:
        step = steps.pop()
        made = STEPS[step.op](made, step) if not dict(step.attrs).get("named") else None
    return made


def _arange(made: Expr) -> Counted | None:
    match made["args"]:
        case (int(end),):
            return Counted(0, -1, end)
        case (int(start), int(end)) | (int(start), int(end), 1):
            return Counted(start, -1, end - start)
    return None


def _within(numbers: Counted, size: Any) -> Counted | None:
    """What `take_along_dim` makes of them: what is counted beyond a size begins anew."""
    fits = isinstance(size, int) and 0 <= numbers.start <= size - numbers.count
    return numbers if fits else None


def _shifted(numbers: Counted, by: Any, sign: int = 1) -> Counted | None:
    return replace(numbers, start=numbers.start + sign * by) if isinstance(by, int) else None


def _unsqueezed(numbers: Counted, dim: int) -> Counted:
    """Behind the axis that is counted along, another one moves that from the last."""
    rank = numbers.rank + 1
    behind = dim % rank - rank > numbers.axis - 1
    return replace(numbers, axis=numbers.axis - behind, rank=rank)


def _viewed(numbers: Counted, sides: Sequence[int]) -> Counted | None:
    """In another shape, as long as that has one axis and the others one place."""
    long = [axis for axis, side in enumerate(sides) if side != 1]
    if numbers.spread or len(long) > 1:
        return None
    axis = long[0] - len(sides) if long else numbers.axis
    return replace(numbers, axis=axis, rank=len(sides))


def _expanded(numbers: Counted, sides: Sequence[int]) -> Counted:
    return replace(numbers, rank=len(sides), spread=True)


def _repeated(numbers: Counted, times: Sequence[int]) -> Counted | None:
    return _expanded(numbers, times) if times[numbers.axis] == 1 else None


STEPS: Mapping[str, Callable[[Counted, Expr], Counted | None]] = {
    "aten.add.Tensor": lambda numbers, step: _shifted(numbers, step["args"][1]),
    "aten.sub.Tensor": lambda numbers, step: _shifted(numbers, step["args"][1], -1),
    "aten.remainder.Scalar": lambda numbers, step: _within(numbers, step["args"][1]),
    "aten.unsqueeze.default": lambda numbers, step: _unsqueezed(numbers, step["args"][1]),
    **dict.fromkeys(
        ("aten.view.default", "aten._unsafe_view.default", "aten.reshape.default"),
        lambda numbers, step: _viewed(numbers, step["args"][1][1:]),
    ),
    "aten.expand.default": lambda numbers, step: _expanded(numbers, step["args"][1][1:]),
    "aten.repeat.default": lambda numbers, step: _repeated(numbers, step["args"][1][1:]),
}
