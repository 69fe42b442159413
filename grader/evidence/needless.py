"""An operation that must not be there: without it alone the maps of a submission are right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.evidence.otherwise import AskMaps, Explained, is_the_same_again
from grader.evidence.questions import PANEL
from grader.mending.floats import in_floats, with_one_less
from grader.mending.stepping import paying
from grader.records.submission import Slice

MOST_TRIED = 80  # operations of a function, each left out in turn
SUM, STRETCH, FORM = "sum.operation", "stretch.operation", "map.operation"
RIGHT = diagnosis.Verdict("", "", "")
BEGUN = {  # causes by the step that is begun last above an operation
    "normalise": STRETCH,
    "shape": FORM,
    "dtype": FORM,
}


def needless(ask: AskMaps, slice: Slice, follows_sum: bool) -> Explained | None:
    """Return the operation without which the maps are right; what bends levels alone is in the stretch."""
    floats = in_floats(slice)
    if floats and _are_right(ask(floats, PANEL)):  # bytes alone are too early
        return None
    for words, place, instead in islice(with_one_less(slice, MAP), MOST_TRIED):
        if _are_right(ask(instead, PANEL[:1])) and _are_right(ask(instead, PANEL)):
            if not is_the_same_again(ask, slice):
                break
            begun = next((line.rpartition(".")[2] for line in paying(slice, MAP, place)), SUM)
            cause = BEGUN.get(begun, SUM)
            cause = STRETCH if cause == FORM and follows_sum else cause
            return Explained(RIGHT, words, place, cause)
    return None


def _are_right(cases: Sequence[diagnosis.Case]) -> bool:
    return bool(cases) and all(map(diagnosis.is_right, cases))
