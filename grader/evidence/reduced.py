"""The step that takes channels together otherwise than it must: with a sum in its place the maps show one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.axes import is_finer
from grader.diagnosis.overshooting import steps
from grader.evidence.needless import FORM, SUM
from grader.evidence.otherwise import AskMaps, Explained, is_flat, is_the_same_again
from grader.evidence.questions import PANEL
from grader.mending.reductions import Summed, summed
from grader.records.reason import Place
from grader.records.submission import Slice

MOST_TRIED = 80  # changes of the function: each is one run of it
MOST_SEARCHED = 3  # maps that are explained, which takes seconds


def reduced(ask: AskMaps, slice: Slice) -> Explained | None:
    """Return the step at fault, beside what else is wrong with the maps that a sum in its place gives."""
    seen = set[bytes]()
    for each in islice(summed(slice, MAP), MOST_TRIED):
        first = ask(each.modules, PANEL[:1])
        if _may_be_of_cells(first) and (answer := first[0].answer.tobytes()) not in seen:
            seen.add(answer)
            maps = ask(each.modules, PANEL)
            found = steps(maps)
            if found is not None and not found.sums:
                return _told(each, found) if is_the_same_again(ask, slice) else None
        if len(seen) == MOST_SEARCHED:
            break
    return None


def _may_be_of_cells(first: Sequence[diagnosis.Case]) -> bool:
    """Return whether there is a map, and none of channels."""
    return bool(first) and not is_flat(first) and not is_finer(first[0].answer, first[0].cells)


def _told(each: Summed, found: diagnosis.Verdict) -> Explained:
    place = Place(each.chunk.label, each.chunk.line + each.line - 1)
    words, cause = f"{each.got} read as {each.want}", f"{SUM}.reduced" if each.how else f"{FORM}.otherwise"
    return Explained(found, words, place, cause, each.how, each.modules)
