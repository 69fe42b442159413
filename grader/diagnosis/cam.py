"""Class activation maps: the family of known faults, and the search for the one behind the student's numbers.

A map is made in four steps - which weights, how they are summed, how the sum is stretched to [0, 255], how
it is enlarged. Each step has its right way and its known wrong ones; the search tries their combinations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from reference.cam import SIZE

Floats = NDArray[np.float64]
Maps = NDArray[np.generic]
LEVELS = 2.0  # of 255: rounding against truncation, before or after enlarging


@dataclass(frozen=True)
class Way:
    """One way to do a step; `fault` is "" for a right one."""

    fault: str
    do: Callable[..., Floats]


def _pick(features: Floats, weight: Floats, index: int) -> Floats:
    return np.asarray(weight[index])


def _second(features: Floats, weight: Floats, index: int) -> Floats:
    scores = weight @ features.mean(axis=(1, 2))
    order = [int(i) for i in np.argsort(-scores) if i != index]
    return np.asarray(weight[order[0]])


CLASSES: tuple[Way, ...] = (
    Way("", _pick),
    Way("the weights are those of class 0, whatever was predicted", lambda f, w, i: w[0]),
    Way("the weights are those of the last class", lambda f, w, i: w[-1]),
    Way("the weights are those of the class after the predicted one", lambda f, w, i: w[(i + 1) % len(w)]),
    Way("the weights are those of the class before the predicted one", lambda f, w, i: w[i - 1]),
    Way("the weights are the mean over all classes", lambda f, w, i: w.mean(axis=0)),
    Way("the weights are summed over all classes", lambda f, w, i: w.sum(axis=0)),
    Way(
        "the weights are a column of weight_fc, one class weight per feature",
        lambda f, w, i: w[: w.shape[1], i % w.shape[1]],
    ),
    Way("the weights are those of the class of most evidence in the map", _second),
)


def _scrambled(f: Floats, w: Floats) -> Floats:
    c, rows, columns = f.shape
    return (f.reshape(rows * columns, c) @ w).reshape(rows, columns)


def _sum(f: Floats, w: Floats) -> Floats:
    return np.tensordot(w, f, axes=1)


SUMS: tuple[Way, ...] = (
    Way("", _sum),
    Way("rows and columns are swapped", lambda f, w: _sum(f, w).T),
    Way("the features are reshaped to (49, 512) instead of (512, 49), which scrambles them", _scrambled),
    Way("the features are averaged without their weights", lambda f, w: f.mean(axis=0)),
    Way("only the sign of the weights is used", lambda f, w: _sum(f, np.sign(w))),
    Way("the weights' absolute values are used", lambda f, w: _sum(f, np.abs(w))),
    Way("negative weights are cut to 0 before the sum", lambda f, w: _sum(f, np.maximum(w, 0))),
    Way("negative features are cut to 0 before the sum", lambda f, w: _sum(np.maximum(f, 0), w)),
    Way("the features' absolute values are used", lambda f, w: _sum(np.abs(f), w)),
    Way(
        "negative products are cut to 0 before the sum",
        lambda f, w: np.maximum(f * w[:, None, None], 0).sum(0),
    ),
    Way("the products' absolute values are summed", lambda f, w: np.abs(f * w[:, None, None]).sum(0)),
    Way("the largest product is taken instead of the sum", lambda f, w: (f * w[:, None, None]).max(0)),
    Way(
        "the first half of the channels is summed only", lambda f, w: _sum(f[: len(f) // 2], w[: len(w) // 2])
    ),
    Way("the last channel is left out", lambda f, w: _sum(f[:-1], w[:-1])),
    Way("the first channel is left out", lambda f, w: _sum(f[1:], w[1:])),
    Way("one channel is used only", lambda f, w: f[0] * w[0]),
    Way("the map is flipped top to bottom", lambda f, w: _sum(f, w)[::-1]),
    Way("the map is flipped left to right", lambda f, w: _sum(f, w)[:, ::-1]),
    Way("the map is turned by half", lambda f, w: _sum(f, w)[::-1, ::-1]),
    Way("the weights are squared", lambda f, w: _sum(f, w * w)),
    Way("the features are squared", lambda f, w: _sum(f * f, w)),
    Way("weights and features are added instead of multiplied", lambda f, w: (f + w[:, None, None]).sum(0)),
    Way(
        "the sum is taken over rows, not over channels",
        lambda f, w: np.broadcast_to((f * w[:, None, None]).sum(0).sum(0), f.shape[1:]),
    ),
)


def _range(r: Floats) -> float:
    return float(r.max() - r.min()) or 1.0


def _old_maximum(r: Floats, scale: float) -> Floats:
    return np.asarray((r - r.min()) / (r.max() or 1.0) * scale)


STRETCHES: tuple[Way, ...] = (
    Way("", lambda r: (r - r.min()) / _range(r) * 255),
    Way(
        "divided by the old maximum: the minimum was taken off without taking it off the maximum",
        lambda r: _old_maximum(r, 255),
    ),
    Way(
        "the minimum is not taken off, the map is only divided by its maximum",
        lambda r: r / (r.max() or 1.0) * 255,
    ),
    Way("the minimum is not taken off, the map is only divided by its range", lambda r: r / _range(r) * 255),
    Way("the minimum is taken off, but the map is not divided by its range", lambda r: r - r.min()),
    Way(
        "the minimum is taken off, but the map is not divided by its range, only multiplied by 255",
        lambda r: (r - r.min()) * 255,
    ),
    Way("not normalised at all", lambda r: r),
    Way("not normalised, only multiplied by 255", lambda r: r * 255),
    Way("normalised to [0, 1], not to [0, 255]", lambda r: (r - r.min()) / _range(r)),
    Way("normalised to half of the range", lambda r: (r - r.min()) / _range(r) * 127.5),
    Way("normalised to [0, 127]", lambda r: (r - r.min()) / _range(r) * 127),
    Way("normalised to [0, 128]", lambda r: (r - r.min()) / _range(r) * 128),
    Way("normalised to [0, 100]", lambda r: (r - r.min()) / _range(r) * 100),
    Way("normalised to [0, 254]", lambda r: (r - r.min()) / _range(r) * 254),
    Way(
        "normalised to [0, 256], so that the maximum wraps around to 0",
        lambda r: (r - r.min()) / _range(r) * 256,
    ),
    Way("inverted: the strongest place is dark", lambda r: (r.max() - r) / _range(r) * 255),
    Way(
        "negative values are cut to 0 before the map is stretched",
        lambda r: np.maximum(r, 0) / (np.maximum(r, 0).max() or 1.0) * 255,
    ),
    Way(
        "absolute values are taken before the map is stretched",
        lambda r: (np.abs(r) - np.abs(r).min()) / _range(np.abs(r)) * 255,
    ),
    Way(
        "divided by the largest absolute value, without taking the minimum off",
        lambda r: r / (np.abs(r).max() or 1.0) * 255,
    ),
    Way(
        "mean and standard deviation are used instead of minimum and maximum",
        lambda r: (r - r.mean()) / (r.std() or 1.0) * 255,
    ),
    Way("a softmax is used instead of minimum and maximum", lambda r: _softmax(r) * 255),
    Way(
        "a softmax is used and stretched",
        lambda r: (_softmax(r) - _softmax(r).min()) / _range(_softmax(r)) * 255,
    ),
    Way("a sigmoid is used instead of minimum and maximum", lambda r: 255 / (1 + np.exp(-r))),
    Way("values are cut to [0, 255] without stretching", lambda r: np.clip(r, 0, 255)),
    Way("values are cut to [0, 1] and multiplied by 255", lambda r: np.clip(r, 0, 1) * 255),
    Way("the range is taken from -1 to 1, whatever the map holds", lambda r: (r + 1) / 2 * 255),
    Way("the minimum is added instead of taken off", lambda r: (r + r.min()) / _range(r) * 255),
    Way("squared after it was stretched", lambda r: ((r - r.min()) / _range(r)) ** 2 * 255),
)


def _softmax(r: Floats) -> Floats:
    e = np.exp(r - r.max())
    return np.asarray(e / e.sum())


def _wrap(values: Floats, rounding: Callable[[Floats], Floats]) -> NDArray[np.uint8]:
    """Convert to bytes as numpy does: what doesn't fit wraps around."""
    return (np.nan_to_num(rounding(values)).astype(np.int64) % 256).astype(np.uint8)


def _clip(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def finishes(values: Floats) -> Iterator[Floats]:
    """Yield the right ways to go from a stretched (h, w) map to (256, 256) levels."""
    whole = SIZE[::-1]
    for rounding in (np.trunc, np.rint, np.floor):
        yield _float(cv2.resize(_wrap(values, rounding), whole))
    yield _float(cv2.resize(_clip(values), whole))
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST, cv2.INTER_AREA, cv2.INTER_LANCZOS4):
        yield _float(cv2.resize(_wrap(values, np.trunc), whole, interpolation=method))
        enlarged = cv2.resize(values, whole, interpolation=method)
        yield _float(_wrap(enlarged, np.trunc))
        yield _float(_clip(enlarged))
        yield np.asarray(enlarged, dtype=np.float64)  # a map left as floats: the dtype line pays for that


def _float(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)


def stretched_late(raw: Floats) -> Iterator[Floats]:
    """Yield maps enlarged before they are stretched, which is as right."""
    for method in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):
        enlarged = np.asarray(cv2.resize(raw, SIZE[::-1], interpolation=method), dtype=np.float64)
        yield np.floor((enlarged - enlarged.min()) / _range(enlarged) * 255)


def matches(found: Maps, candidate: Floats) -> bool:
    """Say whether two maps are equal but for rounding (a single level may wrap from 0 to 255)."""
    if found.shape != candidate.shape:
        return False
    return bool((np.abs(found.astype(np.float64) - candidate) <= LEVELS).all())


def right_maps(features: Floats, weight: Floats, index: int) -> Iterator[Floats]:
    """Yield every right map."""
    raw = _sum(features, weight[index])
    yield from finishes(STRETCHES[0].do(raw))
    yield from stretched_late(raw)


@dataclass(frozen=True)
class Case:
    """One question to returnCAM and its answer: features (C, h, w), weight (K, C)."""

    features: Floats
    weight: Floats
    index: int
    answer: Maps


@dataclass(frozen=True)
class Verdict:
    """The ways that give the student's maps; each "" where that step is right."""

    classes: str
    sums: str
    stretch: str


def search(cases: Sequence[Case]) -> Verdict | None:
    """Find the combination of ways that gives every answer; the fewest faults first."""
    ways = sorted(product(CLASSES, SUMS, STRETCHES), key=lambda way: sum(bool(step.fault) for step in way))

    @cache
    def raw(classes: Way, sums: Way, number: int) -> Floats:
        case = cases[number]
        return sums.do(case.features, classes.do(case.features, case.weight, case.index))

    return next((Verdict(*(step.fault for step in way)) for way in ways if _explains(way, cases, raw)), None)


def _explains(ways: tuple[Way, Way, Way], cases: Sequence[Case], sum_of: Callable[..., Floats]) -> bool:
    classes, sums, stretch = ways
    for number, case in enumerate(cases):
        with np.errstate(all="ignore"):
            raw = sum_of(classes, sums, number)
            slack = 0.05 if stretch.fault else 0.2  # of a map stretched late the extremes are others
            if not _near(case.answer, stretch.do(raw), slack):
                return False
            late = stretched_late(raw) if not stretch.fault else iter(())
            if not any(matches(case.answer, candidate) for candidate in (*finishes(stretch.do(raw)), *late)):
                return False
    return True


def _near(answer: Maps, values: Floats, slack: float) -> bool:
    """Reject quickly: at the centre of a cell of the small map, enlarging keeps the cell's value.

    Bytes may have wrapped or been cut; `slack` is the part of the range that enlarging may move a value by.
    """
    if answer.ndim != 2 or not np.isfinite(values).all():
        return answer.ndim == 2
    rows, columns = (_centres(n, size) for n, size in zip(values.shape, answer.shape, strict=True))
    found = answer[np.ix_(rows, columns)].astype(np.float64)
    distance = np.abs(found - values) % 256
    wrapped, cut = np.minimum(distance, 256 - distance), np.abs(found - np.clip(values, 0, 255))
    whole = values.min() >= 0 and values.max() < 256
    moved = slack * (_range(values) if whole else max(_range(values), 256.0))
    return bool((np.minimum(wrapped, cut) <= LEVELS + 1 + moved).all())


def _centres(cells: int, size: int) -> NDArray[np.intp]:
    """Return the pixels, of `size`, in the middle of each cell."""
    return np.rint((np.arange(cells) + 0.5) * size / cells - 0.5).astype(np.intp)
