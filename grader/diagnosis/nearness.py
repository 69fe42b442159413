"""Whether the middles of a map's cells are near to levels: as numbers, as bytes, or wrapped around."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.finishing import FULL, LEVELS, TINY, Maps, centres, spread
from grader.diagnosis.ways import Floats

Mixings = tuple[tuple[Floats, Floats], ...]
MOVED = 0.05  # of the range: what enlarging may move the middle of a cell by
MOSTLY = 0.9  # of a wrong map: where levels wrap, the last digit of a float can turn a cell over
APART = 40.0  # of 256: how far levels that wrapped around are from others is 64 in the middle
FIRST = 2  # rows of cells: they tell most maps from the one that is there
TURNED = 600.0  # a range from which on levels that wrapped around look like any others


def roughly(values: Floats, found: Floats, *, mixed: bool = False) -> NDArray[np.bool_]:
    """Return for each of (N, h, w) levels whether they may be those found.

    Of levels that wrap around and were `mixed` since nothing is known.
    """
    wraps, near = _wraps(values), _near(values, found)
    if mixed or not wraps.any():
        return np.asarray(wraps | near)
    out = values[wraps]
    off = found - out
    turned = np.abs(off - 256 * np.rint(off / 256)).mean(axis=(1, 2)) <= APART
    near[wraps] |= turned | _near(np.clip(out, 0, 255), found)
    return near


def _near(values: Floats, found: Floats) -> NDArray[np.bool_]:
    off = np.abs(found - values) <= 2 * _slack(values, found) + 1  # what is cut off after the point
    return np.asarray(off.all(axis=(1, 2)))


def _wraps(values: Floats) -> NDArray[np.bool_]:
    """Return for each of (N, h, w) levels whether some are no bytes; a maximum is whole before it is cut."""
    return np.asarray((values.min(axis=(1, 2)) < 0) | (values.max(axis=(1, 2)) >= 256 - TINY))


def close(values: Floats, found: Floats, mixing: Mixings) -> NDArray[np.bool_]:
    """Return for each of (N, h, w) levels whether they are those found, as numbers or as bytes."""
    range = values.max(axis=(1, 2)) - values.min(axis=(1, 2))
    wraps, told = _wraps(values), (range >= FULL) & (range < TURNED) & varied(found)
    cut = np.clip(values, 0, 255)
    near = np.asarray((np.abs(found - cut) <= _slack(cut, found)).all(axis=(1, 2)))
    rows, columns = mixing[0]
    slack, turning = _slack(values, found), _slack(values, found, 256.0)
    turns = np.flatnonzero(wraps & told)
    for shown in (values, rows @ values @ columns.T, np.trunc(values + TINY), np.rint(values)):
        distance = np.abs(found - shown)
        near |= (distance <= slack).all(axis=(1, 2))
        turned = distance[turns]
        turned = np.abs(turned - 256 * np.rint(turned / 256))
        near[turns] |= (turned <= turning[turns]).all(axis=(1, 2))
    left = wraps & ~near
    near[left] = _same_bytes(values[left], found, mixing)
    return np.asarray(near & np.isfinite(values).all(axis=(1, 2)))


def _same_bytes(values: Floats, found: Floats, mixing: Mixings) -> NDArray[np.bool_]:
    """Return whether levels some of which wrap around are those found, made bytes and then enlarged.

    Between a 0 and a 255 even the middle of a cell moves, so it is computed: of the first rows, and of all
    where no more of these are off than may be in the whole map.
    """
    same, share = np.zeros(len(values), bool), MOSTLY if varied(found) else 1.0
    slack = min(1.0, spread(found) / 2)
    for rounding in (np.trunc, np.rint):
        small = wrapped(rounding(values + TINY))
        for rows, columns in mixing:
            left = np.flatnonzero(~same)
            for part in (slice(FIRST), slice(None)):
                near = np.abs(rows[part] @ small[left] @ columns.T - found[part]) <= slack
                left = left[1 - (~near).sum(axis=(1, 2)) / found.size >= share]
            same[left] = True
    return same


def wrapped(levels: Floats) -> Floats:
    """Return whole levels modulo 256: exact, and a sixth of the time that `np.mod` takes."""
    finite = np.where(np.isfinite(levels), levels, 0.0)
    return np.asarray(finite - 256 * np.floor(finite / 256))


@cache
def mixings(cells: tuple[int, ...], size: tuple[int, ...]) -> Mixings:
    """Return how much of each cell the middle of a cell holds once enlarged: rows, columns, by method."""
    return tuple(
        (_held(cells[0], size[0], method), _held(cells[1], size[1], method))
        for method in (cv2.INTER_LINEAR, cv2.INTER_NEAREST)
    )


def _held(cells: int, size: int, method: int) -> Floats:
    enlarged = cv2.resize(np.eye(cells), (cells, size), interpolation=method)
    return np.asarray(enlarged[centres(cells, size)])


def _slack(values: Floats, found: Floats, least: float = 0.0) -> Floats:
    """How far the middle of a cell may be from its level: rounding, and what enlarging moves it by."""
    range = np.maximum(values.max(axis=(1, 2)) - values.min(axis=(1, 2)), least)
    range = np.minimum(range, spread(found))  # a map that is next to flat is no other map's neighbour
    return np.asarray((LEVELS + 1) * np.minimum(1.0, range / FULL) + MOVED * range)[:, None, None]


def varied(found: Maps) -> bool:
    """Return whether no level fills half of a map: else most of its pixels say next to nothing."""
    _, counts = np.unique(found, return_counts=True)
    return bool(counts.max() < found.size / 2)
