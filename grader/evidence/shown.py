"""What maps show by themselves, whatever made them: the answers to a panel, with nothing more asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.cam import Case, follows, is_mostly_right, linear_ends
from grader.diagnosis.colouring import coloured
from grader.evidence.otherwise import is_flat
from reference.cam import SIZE

Array = NDArray[Any]
LEVELS_OFF = 2.0  # by which rounding may move the ends of a range of 255
LEVELS = 255
LARGEST = 1024  # pixels of a map's longer side that it is judged at


def plain(answer: Array) -> Array | None:
    """Bring a map to rows and columns, whatever its form (the cause `map.shape`); None for no map."""
    answer = np.squeeze(answer)
    answer = found.levels if (found := coloured(answer)) else answer
    side = math.isqrt(answer.size)
    if answer.ndim == 1 and side**2 == answer.size:
        answer = answer.reshape(side, side)
    if answer.ndim == 3 and 3 in (answer.shape[0], answer.shape[-1]):
        answer = answer[..., 0] if answer.shape[-1] == 3 else answer[0]
    if answer.ndim != 2 or min(answer.shape) < 2 or answer.dtype == np.bool_:
        return None
    if max(answer.shape) > LARGEST:  # a submission must not set the price of judging it
        rows, columns = (np.linspace(0, length - 1, SIZE[0]).round().astype(int) for length in answer.shape)
        return np.asarray(answer[np.ix_(rows, columns)])
    return answer


def plainly(panel: Iterable[Case]) -> list[Case]:
    """The answers that are maps, in rows and columns."""
    answers = ((case, plain(case.answer)) for case in panel)
    return [replace(case, answer=answer) for case, answer in answers if answer is not None]


def is_constant(panel: Sequence[Case]) -> bool:
    """Whether the same map comes back for every question: no step of it can be told."""
    maps = [case.answer.tobytes() for case in plainly(panel)]
    return len(maps) > 1 and len(set(maps)) == 1 and not is_flat(panel)


def is_nothing(panel: Sequence[Case]) -> bool:
    """Whether the maps are flat, or the same whatever is in the picture."""
    maps = {case.answer.tobytes() for case in plainly(panel) if case.answer.min() < case.answer.max()}
    return len(maps) < 2


def is_of_sum(panel: Sequence[Case]) -> bool:
    """Whether the maps rise with the right weighted sum."""
    rising = [case for case in plainly(panel) if case.answer.min() < case.answer.max()]
    return bool(rising) and all(follows(case, case.answer) for case in rising)


def is_linear(panel: Sequence[Case]) -> bool:
    """Whether every map is a straight line of the right weighted sum, whatever its ends."""
    return _all(panel, lambda case: linear_ends(case, case.answer) is not None)


def is_stretched(panel: Sequence[Case]) -> bool:
    """Whether every map goes from 0 to 255 along a straight line of the right sum, whatever enlarged it."""
    return _all(panel, _is_whole)


def straight_range(panel: Sequence[Case]) -> str:
    """The range that every map is stretched to along a straight line; "" where each has its own."""
    found = [linear_ends(case, case.answer) for case in plainly(panel)]
    ends = [each for each in found if each]
    if not ends or len(ends) < len(panel) or np.ptp(ends, axis=0).max() > LEVELS_OFF:
        return ""
    low, high = np.mean(ends, axis=0)
    near_0 = abs(low) <= LEVELS_OFF * (high - low) / LEVELS
    return f"[{0 if near_0 else round(low)}, {round(high - low if near_0 else high)}]"


def _all(panel: Sequence[Case], holds: Callable[[Case], bool]) -> bool:
    maps = plainly(panel)
    return len(maps) == len(panel) and all(map(holds, maps))


def _is_whole(case: Case) -> bool:
    """Whether a map is a line of the sum from 0 to 255, or a right one in most of its pixels."""
    ends = linear_ends(case, case.answer)
    near = ends is not None and bool(np.abs(np.subtract(ends, (0, 255))).max() <= LEVELS_OFF)
    return near or is_mostly_right(case)
