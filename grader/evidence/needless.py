"""The operation at fault: without it, or with another in its place, the maps of a submission are right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.evidence.otherwise import AskMaps, Explained, is_the_same_again
from grader.evidence.questions import PANEL
from grader.mending.floats import in_floats, with_one_less, with_one_other
from grader.mending.stepping import paying
from grader.records.reason import Place
from grader.records.submission import Slice

MOST_TRIED = 80  # operations of a function, each left out in turn
SUM, STRETCH, FORM = "sum", "stretch", "map"  # subjects of causes
RIGHT = diagnosis.Verdict("", "", "")
BEGUN = {  # by the step that is begun last above an operation
    "normalise": STRETCH,
    "shape": FORM,
    "dtype": FORM,
}


def needless(ask: AskMaps, slice: Slice, follows_sum: bool) -> Explained | None:
    """Return the operation at fault, in words; what bends levels alone is in the stretch."""
    floats = in_floats(slice)
    if floats and _are_right(ask(floats, PANEL)):  # bytes alone are too early
        return None
    for ways, kind in ((with_one_less, "operation"), (with_one_other, "otherwise")):
        for words, place, instead in islice(ways(slice, MAP), MOST_TRIED):
            if _are_right(ask(instead, PANEL[:1])) and _are_right(ask(instead, PANEL)):
                if not is_the_same_again(ask, slice):
                    return None
                step = _step(slice, place, follows_sum or kind == "otherwise")
                return Explained(RIGHT, words, place, f"{step}.{kind}")
    return None


def _step(slice: Slice, place: Place, bends: bool) -> str:
    """Return the step, as a cause's subject, that a function takes at a place; one that bends is no form."""
    begun = next((line.rpartition(".")[2] for line in paying(slice, MAP, place)), "")
    step = BEGUN.get(begun, SUM)
    return STRETCH if step == FORM and bends else step


def _are_right(cases: Sequence[diagnosis.Case]) -> bool:
    return bool(cases) and all(map(diagnosis.is_right, cases))
