"""Part 4 with statements of the submission read otherwise: what shows once a slip is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import numpy as np

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.finishing import as_floats, spread
from grader.diagnosis.normalising import SCARCE
from grader.diagnosis.probability import TOLERANCE
from grader.errors import StudentError
from grader.evidence.printed import read_printed, uncoloured
from grader.evidence.questions import CLASSES_ASKED, PANEL, Logits, Maps
from grader.mending.axes import over_classes
from grader.mending.floats import as_it_stands, in_floats, with_one_less
from grader.mending.ones import with_one
from grader.mending.slips import cell_mends
from grader.mending.trouble import of_failure
from grader.mending.weight import with_right_weight
from grader.records.reason import Place
from grader.records.submission import Module, Slice
from grader.wall.answers import Asks, Reply
from grader.wall.verbs import CamCell, Cell, ClsPred, Prediction
from reference.cam import get_cls_pred

MOST_CELLS = 4  # changes of the last cell that are tried: each runs a network twice
MOST_TRIED = 60  # operations that are left out in turn, to see which leaves nothing of a map
MOST_SHOWN = (
    3  # maps that differ, each without another operation: more are guesses, of which one may be right
)
NOT_SEEN = (StudentError, RecursionError)  # the second where code is too deep to be written again
STRAIGHT = "the map follows the weighted sum, but does not go from 0 to 255"
SPOILT = diagnosis.Verdict("", "", "an operation leaves nothing of the sum")
AskMaps = Callable[[tuple[Module, ...], Sequence[Maps]], Sequence[diagnosis.Case]]


class Explained(NamedTuple):
    """The steps behind the maps, and the operation that spoils them, if one was found by trying."""

    verdict: diagnosis.Verdict | None
    operation: str = ""
    place: Place | None = None
    cause: str = ""  # of an operation without which the maps are right
    how: str = ""  # channels are taken together, where they are not summed
    instead: tuple[Module, ...] = ()  # what is run where they are


def is_fewer(less: Explained, found: diagnosis.Verdict) -> bool:
    """Return whether an operation is all that is wrong, or with what is beside it less than known steps."""
    beside = less.verdict.faults if less.verdict else 0
    return not beside or 1 + beside < found.faults


def explained(ask: AskMaps, slice: Slice, panel: Sequence[diagnosis.Case], nothing: bool) -> Explained:
    """Return the steps before levels were cut off; where `nothing` shows, without what leaves nothing."""
    instead = in_floats(slice)
    floats = ask(instead, PANEL) if instead else ()
    before = diagnosis.search(floats) if floats else None
    found = Explained(None)
    if before is None and floats and is_flat(panel) and follow_sum(floats):
        before = diagnosis.Verdict("", "", STRAIGHT)
    if before is not None:
        found = Explained(replace(before, stretch=cut_off(before.stretch, flat=is_flat(panel))))
    elif nothing:
        found = _without_what_flattens(ask, slice)
    return found if found.verdict and is_the_same_again(ask, slice) else Explained(None)


def in_full(ask: AskMaps, slice: Slice, found: diagnosis.Verdict) -> diagnosis.Verdict:
    """Return known steps with the others that show in floats, where bytes have one level for nearly all."""
    if not set(found.stretch.split("; ")) & set(SCARCE) or not (instead := in_floats(slice)):
        return found
    more = diagnosis.search(ask(instead, PANEL))
    if more is None or not (more.classes or more.sums) or not is_the_same_again(ask, slice):
        return found
    stretch = dict.fromkeys([*found.stretch.split("; "), *filter(None, more.stretch.split("; "))])
    return diagnosis.Verdict(more.classes, more.sums, "; ".join(stretch))


def is_the_same_again(ask: AskMaps, slice: Slice) -> bool:
    """Return whether code that is run again as it stands answers as before: it can see that."""
    first, again = ask((), PANEL), ask(as_it_stands(slice), PANEL)
    return [case.answer.tobytes() for case in first] == [case.answer.tobytes() for case in again]


def _without_what_flattens(ask: AskMaps, slice: Slice) -> Explained:
    """Look for an operation without which the maps show the right sum, stretched in whichever way."""
    shown: dict[bytes, tuple[str, Place, Sequence[diagnosis.Case]]] = {}
    for words, place, instead in islice(with_one_less(slice, MAP), MOST_TRIED):
        first = ask(instead, PANEL[:1])
        if first and not is_flat(first):
            shown.setdefault(first[0].answer.tobytes(), (words, place, ask(instead, PANEL)))
        if len(shown) > MOST_SHOWN:
            return Explained(None)
    last_first = list(shown.values())[::-1]  # a sum is spoilt after it was made
    straight = [follow_sum(maps) for *_, maps in last_first]
    every = zip(last_first, straight, strict=True)
    if not last_first or not all(right or _is_stretched(maps) for (*_, maps), right in every):
        return Explained(None)  # sums that differ are guesses, too
    words, place, _ = last_first[straight.index(True) if any(straight) else 0]
    return Explained(SPOILT, words, place)


def _is_stretched(cases: Sequence[diagnosis.Case]) -> bool:
    """Return whether maps are the right sum, whatever stretched it: it takes seconds to see."""
    found = diagnosis.search(cases)
    return found is not None and not (found.classes or found.sums)


def follow_sum(cases: Sequence[diagnosis.Case]) -> bool:
    """Return whether there are maps, and all of them show the right sum."""
    if not cases or is_flat(cases):
        return False
    levels = ((case, 255 * as_floats(case.answer) / spread(case.answer)) for case in cases)
    return all(diagnosis.follows(case, answer) for case, answer in levels)


def is_flat(panel: Iterable[diagnosis.Case]) -> bool:
    """Return whether every map has one value everywhere, or values that are no numbers."""
    floats = (as_floats(case.answer) for case in panel)
    return all(each.size and not (np.isfinite(each).all() and each.min() < each.max()) for each in floats)


def cut_off(stretch: str, flat: bool) -> str:
    """Return what is wrong with a stretch whose levels are cut off before it is done."""
    if not stretch:
        return "the map becomes bytes before it is stretched to them, so that its levels are cut off"
    return f"{stretch}; then it becomes bytes, all of them alike" if flat else stretch


def is_over_batch(student: Asks, slice: Slice, seed: int, labels: tuple[str, ...]) -> bool:
    """Return whether the right class and probability come out once a softmax is taken over the other axis."""
    logits = [question.array(seed) for question in CLASSES_ASKED]
    try:
        instead = over_classes(slice)
        if not instead:
            return False
        first, again, replies = (
            [student.ask(ClsPred(modules), {"logit": logit}, seconds=20.0) for logit in logits]
            for modules in ((), as_it_stands(slice), instead)
        )
    except NOT_SEEN:
        return False
    asked = zip(replies, CLASSES_ASKED, logits, strict=True)
    right = (_is_right(reply, one, get_cls_pred(logit, labels)[0], labels) for reply, one, logit in asked)
    before, still, after = (list(map(_answer, each)) for each in (first, again, replies))
    return before == still != after and all(right)


def _answer(reply: Reply[Prediction]) -> tuple[bytes, str]:
    value = reply.arrays.get("value")
    return b"" if value is None else value.tobytes(), reply.value.printed


def _is_right(reply: Reply[Prediction], question: Logits, wanted: float, labels: tuple[str, ...]) -> bool:
    value, told = reply.arrays.get("value"), read_printed(uncoloured(reply.value.printed), labels).numbers
    right = value is not None and value.size == 1 and bool(value.reshape(-1)[0] == question.index)
    return right and any(abs(number - wanted) <= TOLERANCE for number in told)


def cell_of_one(student: Asks, slice: Slice, names: tuple[str, ...], reply: Reply[Cell]) -> Reply[Cell]:
    """Return what the last cell makes of one index and one map; the same where it does not run through."""
    with suppress(*NOT_SEEN):
        instead = with_one(slice, names)
        other = student.ask(CamCell(instead), seconds=60.0) if instead else reply
        return reply if other.value.failures else other
    return reply


def cell_with_weight(student: Asks, slice: Slice) -> Reply[Cell] | None:
    """Return what the last cell makes with the right weight; None where it does not run through with that."""
    with suppress(*NOT_SEEN):
        instead = with_right_weight(slice)
        other = student.ask(CamCell(instead), seconds=60.0) if instead else None
        return None if other is None or other.value.failures else other
    return None


def mended_cell(student: Asks, slice: Slice, reply: Reply[Cell]) -> Reply[Cell]:
    """Return what the last cell makes once the slip that stops it is mended; the same where it can't be."""
    for failure in reply.value.failures[:1]:
        for instead in islice(cell_mends(of_failure(failure), slice), MOST_CELLS):
            with suppress(StudentError):
                other = student.ask(CamCell(instead), seconds=60.0)
                if not other.value.failures:
                    return other
    return reply
