"""The sum that returnCAM computes and keeps nowhere: given to the name that is meant, maps show it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.overshooting import steps
from grader.evidence.needless import SUM
from grader.evidence.otherwise import (
    STRAIGHT,
    AskMaps,
    Explained,
    is_flat,
    is_the_same_again,
)
from grader.evidence.questions import PANEL
from grader.evidence.shown import is_of_sum
from grader.mending.kept_nowhere import kept
from grader.records.reason import Place
from grader.records.submission import Slice

MOST_TRIED = 40  # changes of the function: each is one run of it
MOST_SEARCHED = 3  # maps that are explained, which takes seconds
LOST = f"{SUM}.lost"


def unkept(ask: AskMaps, slice: Slice) -> Explained | None:
    """Return the statement whose value is lost, beside what else is wrong with maps that show it."""
    searched = 0
    for each in islice(kept(slice, MAP), MOST_TRIED):
        first = ask(each.modules, PANEL[:1])
        if not first or is_flat(first):
            continue
        searched += 1
        found = _steps(ask(each.modules, PANEL))
        if found is not None and not found.sums:
            place = Place(each.chunk.label, each.chunk.line + each.line - 1)
            told = Explained(found, f"{each.got} read as {each.want}", place, LOST, "", each.modules)
            return told if is_the_same_again(ask, slice) else None
        if searched == MOST_SEARCHED:
            break
    return None


def _steps(maps: Sequence[diagnosis.Case]) -> diagnosis.Verdict | None:
    """Return the known steps of maps, or that these follow the sum; None of any others."""
    found = steps(maps)
    return diagnosis.Verdict("", "", STRAIGHT) if found is None and is_of_sum(maps) else found
