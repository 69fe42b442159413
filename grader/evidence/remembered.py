"""What returnCAM keeps from one call to the next: as new for each question, it gives other maps."""

from __future__ import annotations

from collections.abc import Sequence

from grader.diagnosis import cam as diagnosis
from grader.diagnosis.afterwards import beside_enlarging
from grader.diagnosis.overshooting import steps
from grader.evidence.needless import SUM
from grader.evidence.otherwise import AskMaps, Explained
from grader.evidence.questions import PANEL
from grader.evidence.shown import plainly
from grader.mending.anew import anew, kept
from grader.records.submission import Slice

KEPT = f"{SUM}.kept"
SECOND = PANEL[1:2]  # a map that another was made before


def remembered(ask: AskMaps, slice: Slice) -> Explained | None:
    """Return the steps of maps that are made as new, beside what is kept; None where nothing is."""
    instead = anew(slice)
    if not instead or _levels(ask(instead, SECOND)) == _levels(ask((), SECOND)):
        return None
    maps, again = (ask(instead, PANEL) for _ in range(2))
    if len(maps) != len(PANEL) or _levels(maps) != _levels(again):
        return None
    found = steps(maps)
    if found is None and beside_enlarging(plainly(maps)):
        found = diagnosis.Verdict("", "", "")
    return None if found is None else Explained(found, *kept(slice), KEPT, instead=instead)


def _levels(maps: Sequence[diagnosis.Case]) -> list[bytes]:
    return [case.answer.tobytes() for case in maps]
