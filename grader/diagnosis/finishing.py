"""From a weighted sum to the map that is given back: levels, bytes and enlarging, in every right way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from grader.diagnosis import enlarging
from grader.diagnosis.ways import Floats
from reference.cam import SIZE, min_max

Maps = NDArray[np.generic]
LEVELS = 2.0  # of 255: rounding against truncation, before or after enlarging
FULL = 64.0  # a range from which on rounding is worth LEVELS; of a smaller one, the same share
METHODS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST, cv2.INTER_AREA, cv2.INTER_LANCZOS4)
PILLOWS = (  # of bytes, which stay in [0, 255]
    *(Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.HAMMING),
    *(Image.Resampling.NEAREST, Image.Resampling.BOX),
)
SPARSE = 16  # one row and column of so many is compared first: most maps differ there already
KEPT = 64  # sums whose right maps are known by a few pixels
TINY = 1e-6  # of a level: a range that is divided by itself is 1 or a little less


def rights(raw: Floats, size: tuple[int, ...]) -> Iterator[Floats]:
    """Yield every right map of a sum, of any size."""
    yield from finishes(min_max(raw), size)
    yield from stretched_late(raw, size)
    for method in enlarging.METHODS:
        yield enlarging.enlarged(as_floats(_wrap(min_max(raw), np.trunc)), size, method)
        yield from endings(enlarging.enlarged(min_max(raw), size, method))
        whole = enlarging.enlarged(raw, size, method)
        yield from endings(min_max(whole))
        yield from endings(min_max(whole.clip(raw.min(), raw.max())))  # as scikit-image does


class _Known:
    """The right maps of a sum by a few of their pixels (N, h, w) and their ranges, once all were made."""

    few: Floats | None = None
    ranges: Floats


@lru_cache(maxsize=KEPT)
def _known(raw: bytes, cells: tuple[int, ...], size: tuple[int, ...]) -> _Known:
    """What is known of one sum: the same questions are asked of all code, and again of what is changed."""
    return _Known()


def is_right_map(found: Maps, raw: Floats) -> bool:
    """Return whether a map is a right one of a sum but for rounding."""
    known = _known(raw.tobytes(), raw.shape, found.shape)
    if known.few is not None:
        slack = LEVELS * np.minimum(1.0, np.minimum(known.ranges, spread(found)) / FULL)
        near = np.asarray(_near(_few(found), known.few, slack[:, None, None]).all(axis=(1, 2)))
        made = islice(rights(raw, found.shape), np.flatnonzero(near).max(initial=-1) + 1)
        return any(is_near and matches(found, right) for is_near, right in zip(near, made, strict=False))
    few, ranges = list[Floats](), list[float]()
    for right in rights(raw, found.shape):
        if matches(found, right):
            return True
        few.append(as_floats(_few(right)).copy())
        ranges.append(spread(right))
    known.ranges, known.few = np.array(ranges), np.stack(few)
    return False


def _few(values: Maps) -> Maps:
    """As few pixels of a map of any size."""
    rows, columns = (max(SPARSE, side // SPARSE) for side in values.shape)
    return values[::rows, ::columns]


def finishes(values: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield the right ways to go from a stretched (h, w) map to levels of the student's own size."""
    whole = size[::-1]
    for rounding in (np.trunc, np.rint, np.floor):
        yield as_floats(cv2.resize(_wrap(values, rounding), whole))
    yield as_floats(cv2.resize(_clip(values), whole))
    yield as_floats(cv2.resize(_cut(values), whole))
    for resampling in PILLOWS:
        yield as_floats(Image.fromarray(_wrap(values, np.trunc)).resize(whole, resampling))
    for method in METHODS:
        yield as_floats(cv2.resize(_wrap(values, np.trunc), whole, interpolation=method))
        enlarged = cv2.resize(values, whole, interpolation=method)
        yield as_floats(_wrap(enlarged, np.trunc))
        yield as_floats(_clip(enlarged))
        yield np.asarray(enlarged, dtype=np.float64)  # a map left as floats


def endings(values: Floats) -> Iterator[Floats]:
    """Yield the ways in which levels of the whole size become bytes, or stay as they are."""
    yield as_floats(_wrap(values, np.trunc))
    yield as_floats(_wrap(values, np.rint))
    yield as_floats(_clip(values))
    yield values


def enlarged_sums(raw: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield a sum enlarged before it is stretched, which is as right."""
    for method in METHODS:
        yield as_floats(cv2.resize(raw, size[::-1], interpolation=method))


def stretched_late(raw: Floats, size: tuple[int, ...] = SIZE) -> Iterator[Floats]:
    """Yield maps enlarged before they are stretched."""
    for enlarged in enlarged_sums(raw, size):
        yield from endings(min_max(enlarged))


def matches(found: Maps, candidate: Floats, share: float = 1.0) -> bool:
    """Return whether two maps are equal but for rounding, at least in this share of their pixels."""
    if found.shape != candidate.shape:
        return False
    slack = LEVELS * min(1.0, spread(candidate) / FULL, spread(found) / FULL)
    some = slice(None, None, SPARSE)
    if share == 1.0 and not _near(found[some, some], candidate[some, some], slack).all():
        return False
    return bool(_near(found, candidate, slack).mean() >= share)


def _near(found: Maps, candidate: Floats, slack: float | Floats) -> NDArray[np.bool_]:
    return np.asarray(np.abs(found.astype(np.float64) - candidate) <= slack)


def spread(r: Maps) -> float:
    """Return the range of a map, 1 for a flat one."""
    return float(r.max() - r.min()) or 1.0


def centres(cells: int, size: int) -> NDArray[np.intp]:
    """Return the pixels, of `size`, in the middle of each cell."""
    return np.rint((np.arange(cells) + 0.5) * size / cells - 0.5).astype(np.intp)


def _wrap(values: Floats, rounding: Callable[[Floats], Floats]) -> NDArray[np.uint8]:
    """Convert to bytes as numpy does: what doesn't fit wraps around. A maximum is whole before it is cut."""
    return np.nan_to_num(rounding(values + TINY)).astype(np.int64).astype(np.uint8)


def _clip(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _cut(values: Floats) -> NDArray[np.uint8]:
    return np.clip(values, 0, 255).astype(np.uint8)


def as_floats(values: object) -> Floats:
    """Return an array's values in double precision."""
    return np.asarray(values, dtype=np.float64)
