"""Maps to which a colour map was applied: the levels behind the colours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.finishing import Maps

Table = NDArray[np.int64]  # (256,): the colour of each level as one number
PREFIX = "COLORMAP_"
LEVELS = 256  # of a table: a picture of more colours was not coloured by one


class Coloured(NamedTuple):
    """What was coloured: its levels (rows, columns), and by which colour map."""

    levels: NDArray[np.uint8]
    by: str


def coloured(answer: Maps) -> Coloured | None:
    """Return the levels behind colours (rows, columns, 3 or 4); None where no colour map gives them all."""
    if answer.ndim != 3 or answer.shape[2] not in (3, 4) or not answer.size:
        return None
    numbers = _numbers(_as_bytes(answer)[..., :3])
    seen = np.unique(numbers)
    if not 1 < len(seen) <= LEVELS:
        return None
    for name, table in _tables():
        if np.isin(seen, table).all():
            colours, at = np.unique(table, return_inverse=True)
            levels = np.bincount(at, np.arange(len(table))) / np.bincount(at)  # of several alike, the middle
            return Coloured(levels[np.searchsorted(colours, numbers)].astype(np.uint8), name)
    return None


def _as_bytes(answer: Maps) -> Maps:
    floats = answer.dtype.kind == "f" and float(np.nan_to_num(answer).max()) <= 1
    return np.rint(answer * 255) if floats else answer


def _numbers(colours: Maps) -> Table:
    first, second, third = np.moveaxis(np.nan_to_num(colours).astype(np.int64), -1, 0)
    return np.asarray((first << 16) + (second << 8) + third)


@cache
def _tables() -> tuple[tuple[str, Table], ...]:
    """Return every colour map of OpenCV and the usual ones of matplotlib, channels in either order."""
    every = (*_of_opencv(), *_of_matplotlib())
    return tuple((name, _numbers(colours)) for name, both in every for colours in (both, both[:, ::-1]))


def _of_opencv() -> Iterator[tuple[str, Maps]]:
    levels = np.arange(256, dtype=np.uint8)[:, None]
    for name in sorted(name for name in dir(cv2) if name.startswith(PREFIX)):
        yield name, cv2.applyColorMap(levels, getattr(cv2, name))[:, 0]


def _of_matplotlib() -> Iterator[tuple[str, Maps]]:
    from matplotlib import colormaps  # a quarter of a second's import, seldom needed

    for name in ("jet", "viridis", "hot", "inferno", "magma", "plasma", "turbo", "rainbow"):
        colours = colormaps[name](np.arange(256))[:, :3] * 255
        yield from ((name, np.rint(colours)), (name, np.trunc(colours)))
