"""The steps of a normalisation, each with its right way first, then the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.diagnosis.taken import Floats, Taken, not_0
from grader.diagnosis.unbracketed import UNBRACKETED


@dataclass(frozen=True)
class Bend:
    """A curve that the whole sum goes through first; `fault` is "" for the right way, which is none."""

    id: str
    fault: str
    do: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Top:
    """The end of the range that a map in [0, 1] is multiplied by."""

    id: str
    fault: str
    value: float


@dataclass(frozen=True)
class Ending:
    """What happens to levels at last, given the top."""

    id: str
    fault: str
    do: Callable[[Floats, Floats], Floats]


def _softmax(r: Floats) -> Floats:
    e = np.exp(r - r.max())
    return np.asarray(e / e.sum())


def _root(y: Floats, top: Floats) -> Floats:
    return np.asarray(np.sqrt(np.abs(y) * top))


def _cast(y: Floats, top: Floats) -> Floats:
    return np.asarray(np.floor(y / top + 1e-9) * top)


def _rounded(y: Floats, top: Floats) -> Floats:
    return np.asarray(np.round(y / top) * top)


def _least_off(axis: int) -> Callable[[Floats], Floats]:
    return lambda r: np.asarray(r - r.min(axis, keepdims=True))


def _over_greatest(axis: int) -> Callable[[Floats], Floats]:
    return lambda r: np.asarray((r - r.min()) / not_0((r - r.min()).max(axis, keepdims=True)))


def _stretched(axis: int) -> Callable[[Floats], Floats]:
    return lambda r: np.asarray(_least_off(axis)(r) / not_0(np.ptp(r, axis, keepdims=True)))


def _along(axis: int, what: str) -> tuple[Bend, ...]:
    """What an axis too many makes of the extremes: each row's or column's own instead of the map's."""
    own = "not the whole map's"
    return (
        Bend(f"least_of_{what}s", f"each {what}'s own minimum is taken off, {own}", _least_off(axis)),
        Bend(f"over_{what}s", f"each {what} is divided by its own maximum, {own}", _over_greatest(axis)),
        Bend(f"stretched_{what}s", f"each {what} is stretched by its own extremes, {own}", _stretched(axis)),
    )


def _of_rows_off_columns(r: Floats) -> Floats:
    """What a row's minimum is taken off where its axis isn't kept, if there are as many columns as rows."""
    return r - r.min(ROWS)[..., None, :] if r.shape[-1] == r.shape[-2] else r


ROWS, COLUMNS = -1, -2
BENDS = (
    Bend("", "", lambda r: r),
    Bend("relu", "negative values are cut to 0 before the map is stretched", lambda r: np.maximum(r, 0)),
    Bend("abs", "absolute values are taken before the map is stretched", np.abs),
    Bend("square", "the sum is squared before the map is stretched", lambda r: r * r),
    Bend("softmax", "a softmax is used", _softmax),
    Bend("sigmoid", "a sigmoid is used", lambda r: 1 / (1 + np.exp(-r))),
    Bend("exp", "an exponential is used", lambda r: np.exp(r)),
    Bend("over_maximum", "divided by its maximum first", lambda r: r / (r.max() or 1.0)),
    Bend("tanh", "a hyperbolic tangent is used", np.tanh),
    *_along(ROWS, "row"),
    *_along(COLUMNS, "column"),
    Bend("least_of_rows_off_columns", "each row's minimum is taken off a column", _of_rows_off_columns),
)

LEAST_OF_ALL = "the minimum of all classes' maps is taken off"
RANGE_OF_ALL = "it is divided by the range of all classes' maps"
GREATEST_OF_ALL = "it is divided by the maximum of all classes' maps"
OFFSETS = (
    Taken("", "", lambda s, _: s.minimum),
    Taken("none", "the minimum is not taken off", lambda s, _: np.zeros_like(s.mean)),
    Taken("minimum_of_all", LEAST_OF_ALL, lambda s, _: s.all_minimum),
    Taken("minimum_of_all_sums", LEAST_OF_ALL, lambda s, _: s.sums_minimum),
    Taken("mean", "the mean is taken off instead of the minimum", lambda s, _: s.mean),
    Taken("maximum", "the maximum is taken off instead of the minimum", lambda s, _: s.maximum),
    Taken("plus_minimum", "the minimum is added instead of taken off", lambda s, _: -s.minimum),
    Taken("minus_one", "the map is shifted by 1, whatever it holds", lambda s, _: np.full_like(s.mean, -1.0)),
    *(one.taken for one in UNBRACKETED),
)

DIVISORS = (
    Taken("", "", lambda s, _: s.range),
    Taken("new_maximum", "", lambda s, offset: s.maximum - offset),  # the range, where the offset is right
    Taken("old_maximum", "it is divided by the old maximum, that of before", lambda s, _: s.maximum),
    Taken("none", "it is not divided by its range", lambda s, _: np.ones_like(s.mean)),
    Taken("range_of_all", RANGE_OF_ALL, lambda s, _: s.all_maximum - s.all_minimum),
    Taken("range_of_all_sums", RANGE_OF_ALL, lambda s, _: s.sums_maximum - s.sums_minimum),
    Taken("maximum_of_all", GREATEST_OF_ALL, lambda s, _: s.all_maximum),
    Taken("maximum_of_all_sums", GREATEST_OF_ALL, lambda s, _: s.sums_maximum),
    Taken("sum", "it is divided by its sum", lambda s, offset: s.sum(offset)),
    Taken(
        "times_maximum",
        "it is multiplied by its maximum instead of divided",
        lambda s, offset: 1 / np.where(s.maximum == offset, 1.0, s.maximum - offset),
    ),
    Taken("maximum_and_minimum", "it is divided by maximum plus minimum", lambda s, _: s.maximum + s.minimum),
    Taken("sum_of_absolutes", "it is divided by the sum of absolute values", lambda s, _: s.absolute),
    Taken("minimum", "it is divided by its minimum", lambda s, _: s.minimum),
    Taken("mean", "it is divided by its mean", lambda s, _: s.mean),
    Taken("old_sum", "it is divided by the sum of before", lambda s, _: s.sum(np.zeros_like(s.mean))),
    Taken(
        "largest_absolute",
        "it is divided by the largest absolute value",
        lambda s, offset: np.maximum(s.maximum - offset, offset - s.minimum),
    ),
    Taken("deviation", "it is divided by the standard deviation", lambda s, _: s.deviation),
    Taken(
        "norm",
        "it is divided by the square root of the sum of squares",
        lambda s, offset: s.norm(offset),
    ),
    Taken("two", "it is divided by 2, whatever it holds", lambda s, _: np.full_like(s.mean, 2.0)),
)

UNSCALED = "normalised to [0, 1], not to [0, 255]"
TOPS = (
    Top("", "", 255.0),
    Top("1", UNSCALED, 1.0),
    Top("127", "normalised to half of the range, about [0, 127]", 127.5),
    Top("100", "normalised to [0, 100]", 100.0),
    Top("256", "normalised to [0, 256], so that the maximum wraps around to 0", 256.0),
    Top("512", "normalised to [0, 512], so that levels wrap around", 512.0),
    Top("255 twice", "multiplied by 255 twice, so that levels wrap around", 255.0 * 255.0),
)

CAST = "the map becomes bytes while it is in [0, 1], so that only its maximum is left"
ROUNDED = "levels in [0, 1] are rounded to 0 or 1, or compared with a half"
SCARCE = (UNSCALED, CAST, ROUNDED)  # bytes of which show next to nothing of a map
ENDINGS = (
    Ending("", "", lambda y, top: y),
    Ending("inverted", "inverted: the strongest place is dark", lambda y, top: top - y),
    Ending("around_0", "moved so that half of its levels are below 0", lambda y, top: 2 * y - top),
    Ending("negated", "it has the other sign, so that its levels are below 0", lambda y, top: -y),
    Ending("cast", CAST, _cast),
    Ending("round", ROUNDED, _rounded),
    Ending("square", "squared after it was stretched", lambda y, top: y * y / top),
    Ending("root", "the square root is taken after it was stretched", _root),
    Ending("abs", "absolute values are taken after it was stretched", lambda y, top: np.abs(y)),
)
