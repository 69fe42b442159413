"""Enlarging by curves, which goes beyond the range of a map: bytes that are made after it wrap around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.diagnosis import enlarging
from grader.diagnosis.cam import Case, Verdict, search
from grader.diagnosis.finishing import Maps, as_floats, matches
from grader.diagnosis.ways import Floats

OVERSHOT = "enlarged by curves, the map goes beyond its range, and its bytes wrap around there"
BYTES = 256
JUMP = 128  # levels between neighbours, which no enlarged cells have
SMOOTH = 64  # levels between neighbours that enlarging leaves at most
BEYOND = 3.0  # levels, more than rounding brings


def steps(cases: Sequence[Case]) -> Verdict | None:
    """Find the steps that give every answer; that bytes wrap around where a map was enlarged is one."""
    whole = _unwrapped(cases)
    found = search(whole) if whole else None
    if found is None or not _is_made_after(whole):
        return search(cases)
    return replace(found, stretch="; ".join(filter(None, (found.stretch, OVERSHOT))))


def _unwrapped(cases: Sequence[Case]) -> Sequence[Case]:
    """Return the maps as they were before their bytes wrapped around; none where no map shows that."""
    if not any(_jumps(case.answer) for case in cases):
        return ()
    levels = [_levels(case.answer) for case in cases]
    whole = [replace(case, answer=each) for case, each in zip(cases, levels, strict=True) if each is not None]
    return whole if len(whole) == len(cases) and any(map(_is_beyond, whole)) else ()


def _jumps(answer: Maps) -> bool:
    """Return whether two neighbours are as far apart as wrapping around brings them."""
    return answer.dtype == np.uint8 and _steepest(answer) > JUMP


def _steepest(levels: Maps) -> float:
    """Return the most levels between two neighbours."""
    return max(float(np.abs(np.diff(as_floats(levels), axis=axis)).max()) for axis in (0, 1))


def _levels(answer: Maps) -> Floats | None:
    """Return the levels that go on from neighbour to neighbour, and are bytes mostly; None if some can't."""
    down = np.unwrap(as_floats(answer)[:, :1], period=BYTES, axis=0)
    first = down - as_floats(answer)[:, :1]
    levels = np.unwrap(as_floats(answer) + first, period=BYTES, axis=1)
    turns = np.rint(np.median(levels - as_floats(answer)) / BYTES)
    return levels - BYTES * turns if _steepest(levels) <= SMOOTH else None


def _is_beyond(case: Case) -> bool:
    """Return whether a map goes further beyond bytes than rounding does."""
    return bool(case.answer.min() < -BEYOND or case.answer.max() > BYTES - 1 + BEYOND)


def _is_made_after(cases: Sequence[Case]) -> bool:
    """Return whether the cells that were enlarged were in the range of bytes."""
    return not any(_is_beyond(replace(case, answer=_cells(case))) for case in cases)


def _cells(case: Case) -> Floats:
    """Return what was enlarged: the middles of its cells, where no other library's way gives the map."""
    for method in enlarging.METHODS:
        small = enlarging.before(as_floats(case.answer), case.cells, method)
        if matches(case.answer, enlarging.enlarged(small, case.answer.shape, method)):
            return small
    return case.middles(case.cells)
