"""The operation at fault: without it, or with another in its place, the maps of a submission are right.

Of maps that show nothing, none is believed where many changes show other sums: those are guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.finishing import as_floats
from grader.diagnosis.overshooting import steps
from grader.evidence.otherwise import (
    MOST_SHOWN,
    AskMaps,
    Explained,
    cut_off,
    follow_sum,
    is_flat,
    is_the_same_again,
)
from grader.evidence.questions import PANEL
from grader.evidence.shown import is_constant
from grader.mending.charging import paying
from grader.mending.floats import in_floats, with_latest_name, with_one_less, with_one_other
from grader.records.reason import Place
from grader.records.submission import Module, Slice

MOST_TRIED = 80  # operations of a function, each left out in turn
SUM, STRETCH, FORM = "sum", "stretch", "map"  # subjects of causes
Change = tuple[str, Place, tuple[Module, ...]]  # in words, where it is, what is read instead
Right = Callable[[Sequence[diagnosis.Case]], bool]
RIGHT = diagnosis.Verdict("", "", "")
Ways = tuple[tuple[Callable[..., Iterable[Change]], str], ...]
WAYS: Ways = (  # what is changed, and the kind of cause that this is
    (with_one_less, "operation"),
    (with_latest_name, "otherwise"),  # what is enlarged bends nothing: it is another value
    (with_one_other, "otherwise"),
)
LESS, ANOTHER_VALUE = WAYS[:1], WAYS[1:2]
BEGUN = {  # by the step that is begun last above an operation
    "normalise": STRETCH,
    "shape": FORM,
    "dtype": FORM,
}


def needless(
    ask: AskMaps, slice: Slice, follows_sum: bool, tried: Ways = WAYS, right: Right | None = None
) -> Explained | None:
    """Return the operation at fault, in words; what bends levels alone is in the stretch.

    `right` tells maps that are right without it, where another known fault is beside it.
    """
    floats, right = in_floats(slice), right or _are_right
    before = ask(floats, PANEL)
    if floats and before and right(before):  # bytes alone are too early
        return None
    nothing, most = _shows_nothing(before), MOST_TRIED if _shows_somewhere(before) else MOST_SHOWN
    for ways, kind in tried:
        fits = partial(_are_bytes, right) if ways is with_latest_name else right
        found = _found(ask, islice(ways(slice, MAP), MOST_TRIED), fits, nothing=nothing, most=most)
        if found is not None:
            if not is_the_same_again(ask, slice):
                return None
            at, words, place = found
            rest = _besides(ask, ways(slice, MAP, floats=False), at)
            bends = ways is with_one_other or (ways is with_one_less and follows_sum)
            step = _step(slice, place, bends)
            return Explained(rest, words, place, f"{step}.{kind}")
    return None


def beside_sum(
    ask: AskMaps, slice: Slice, panel: Sequence[diagnosis.Case], known: diagnosis.Verdict
) -> Explained | None:
    """Return the operation of the stretch without which maps have the known faults of their sum alone."""
    made = diagnosis.made_by(panel, known)
    found = needless(ask, slice, True, LESS, made) if made else None
    if found is None or not found.cause.startswith(STRETCH):
        return None
    return found._replace(verdict=replace(known, stretch=""))


def _besides(ask: AskMaps, changes: Iterable[Change], at: int) -> diagnosis.Verdict:
    """Return what else is wrong once a change is made, which shows in bytes alone: in floats nothing is.

    Its number tells the change: several of the same words put another of an operation's values in its place.
    """
    made = (instead for *_, instead in islice(changes, at, None))
    maps = ask(next(made, ()), PANEL)
    if not maps or _are_right(maps):
        return RIGHT
    return steps(maps) or replace(RIGHT, stretch=cut_off("", flat=is_flat(maps)))


def _found(
    ask: AskMaps, changes: Iterable[Change], right: Right, *, nothing: bool, most: int
) -> tuple[int, str, Place] | None:
    """Return the first change with which maps are right, after its number.

    Where `nothing` shows, the last one, since a sum is spoilt after it was made, and none if more than `most`
    show other sums.
    """
    found, shown = None, set[bytes]()
    for at, (words, place, instead) in enumerate(changes):
        first = ask(instead, PANEL[:2] if nothing else PANEL[:1])
        if nothing and not (_shows_nothing(first) or is_of_the_sum(first)):
            shown.add(first[0].answer.tobytes())
        if len(shown) > most:
            return None
        if right(first) and right(ask(instead, PANEL)):
            found = at, words, place
            if not nothing:
                break
    return found


def is_of_the_sum(cases: Sequence[diagnosis.Case]) -> bool:
    """Return whether maps rise or fall with the right sum: whatever stretched it, that is no other guess."""
    negated = [replace(case, answer=-case.answer.astype(np.float64)) for case in cases]
    return follow_sum(cases) or follow_sum(negated)


def _shows_nothing(cases: Sequence[diagnosis.Case]) -> bool:
    """Return whether there are no maps, or none that depends on what is asked."""
    return not cases or is_flat(cases) or (len(cases) > 1 and is_constant(cases))


def _shows_somewhere(cases: Sequence[diagnosis.Case]) -> bool:
    """Return whether there are levels beside places that are no numbers, as where something is over 0."""
    numbers = [(floats, np.isfinite(floats)) for floats in (as_floats(case.answer) for case in cases)]
    return any(not known.all() and len(np.unique(floats[known])) > 1 for floats, known in numbers)


def _step(slice: Slice, place: Place, bends: bool) -> str:
    """Return the step, as a cause's subject, that a function takes at a place; one that bends is no form."""
    begun = next((line.rpartition(".")[2] for line in paying(slice, MAP, place)), "")
    step = BEGUN.get(begun, SUM)
    return STRETCH if step == FORM and bends else step


def _are_bytes(right: Right, cases: Sequence[diagnosis.Case]) -> bool:
    return right(cases) and all(case.answer.dtype == np.uint8 for case in cases)


def _are_right(cases: Sequence[diagnosis.Case]) -> bool:
    return bool(cases) and all(map(diagnosis.is_right, cases))
