"""The operation that sets the low levels of a map to 0: without it the map is the same but for those."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.afterwards import SEEN
from grader.diagnosis.finishing import as_floats
from grader.evidence.otherwise import AskMaps, is_the_same_again
from grader.evidence.questions import PANEL
from grader.evidence.shown import Array
from grader.mending.floats import in_floats
from grader.mending.uncut import Without, without_one
from grader.records.submission import Slice

MOST_TRIED = 80  # operations of a function, each left out in turn
GAP = 4  # times the usual step between two levels: so far above 0 is the lowest that is left


def uncut(ask: AskMaps, slice: Slice) -> Without | None:
    """Return the slice without what cuts low levels off; None where nothing does.

    Where nothing is left of a map, it must be what compares levels, since much else leaves nothing, too; and
    as bytes there may be nothing to cut.
    """
    before = ask((), PANEL)
    zeros = [case for case in before if not case.answer.all()]
    if not zeros or not all(map(_has_gap, zeros)):
        return None
    nothing = not all(case.answer.any() for case in before)
    before = ask(in_floats(slice), PANEL) if nothing else before
    for each in islice(without_one(slice, MAP), MOST_TRIED):
        if nothing and not set("<>") & set(each.words):
            continue
        instead = (*each.instead, *(in_floats(each.slice) if nothing else ()))
        if not _are_cut(before[:1], ask(instead, PANEL[:1])):
            continue
        if _are_cut(before, after := ask(instead, PANEL)) and _is_above_0(before, after):
            return each if is_the_same_again(ask, slice) else None
    return None


def _has_gap(case: diagnosis.Case) -> bool:
    """Return whether many places of a map are 0, and no level is little more than that."""
    answer = as_floats(case.answer)
    if not answer.any():
        return True
    levels = np.unique(answer)
    if len(levels) < GAP or levels[0] < 0 or (answer == 0).mean() < SEEN:
        return False
    steps = np.diff(levels)
    return bool(steps[0] >= GAP * np.median(steps[1:]))


def _are_cut(before: Sequence[diagnosis.Case], after: Sequence[diagnosis.Case]) -> bool:
    """Return whether the low levels of some maps are 0 in others that equal them elsewhere."""
    pairs = [(one.answer, other.answer) for one, other in zip(before, after, strict=False)]
    return len(before) == len(after) and all(_is_cut(one, other) for one, other in pairs)


def _is_cut(before: Array, after: Array) -> bool:
    """Return whether the low levels of a map are 0 in another, where it has any as low."""
    if before.shape != after.shape:
        return False
    before, after = as_floats(before), as_floats(after)
    cut, left = after[before != after], before[before != 0]
    zeros = not before[before != after].any()
    return zeros and bool(cut.max(initial=-np.inf) <= left.min(initial=np.inf))


def _is_above_0(before: Sequence[diagnosis.Case], after: Sequence[diagnosis.Case]) -> bool:
    """Return whether some of what was cut is above 0: it is no ReLU."""
    pairs = zip(before, after, strict=True)
    return any((as_floats(other.answer) > as_floats(one.answer)).any() for one, other in pairs)
