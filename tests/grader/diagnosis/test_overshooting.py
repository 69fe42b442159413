"""Bytes that are made of a map enlarged by curves wrap around where it went beyond its range."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from grader.diagnosis import enlarging
from grader.diagnosis.cam import Verdict
from grader.diagnosis.normalising import TOPS
from grader.diagnosis.overshooting import OVERSHOT, steps
from grader.diagnosis.ways import weighted
from reference.cam import min_max
from tests.grader.diagnosis.test_cam import cases

Array = np.ndarray
MADE: dict[str, tuple[Callable[[Array], Array], bool]] = {
    "cubic": (lambda levels: enlarged(levels, cv2.INTER_CUBIC).astype(np.uint8), True),
    "Lanczos": (lambda levels: enlarged(levels, cv2.INTER_LANCZOS4).astype(np.uint8), True),
    "clipped": (lambda levels: enlarged(levels, cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8), False),
    "linear": (lambda levels: enlarged(levels, cv2.INTER_LINEAR).astype(np.uint8), False),
    "nearest": (lambda levels: enlarged(levels, cv2.INTER_NEAREST).astype(np.uint8), False),
    "bytes first": (lambda levels: enlarged(levels.astype(np.uint8), cv2.INTER_CUBIC), False),
    "floats": (lambda levels: enlarged(levels, cv2.INTER_CUBIC), False),
    "stretched anew": (
        lambda levels: min_max(enlarged(levels, cv2.INTER_CUBIC)).astype(np.uint8),
        False,
    ),
}


def enlarged(levels: Array, curve: int) -> Array:
    """A map in its full size."""
    return np.asarray(cv2.resize(levels, (256, 256), interpolation=curve))


@pytest.mark.parametrize("case", MADE)
def test_bytes_wrap_around_beyond_the_range(case: str) -> None:
    """What is clipped, stretched anew, or enlarged as bytes does not."""
    do, overshot = MADE[case]

    asked = cases(lambda f, w, i: do(min_max(weighted(f, w[i]))))

    assert steps(asked) == Verdict("", "", OVERSHOT if overshot else "")


def by_torch(levels: Array) -> Array:
    """A map in its full size, by PyTorch's cubic curves, as floats."""
    given = torch.from_numpy(levels)[None, None]
    return interpolate(given, size=(256, 256), mode="bicubic")[0, 0].numpy()


BESIDE: dict[str, tuple[Callable[[Array], Array], Verdict]] = {
    "a right sum": (by_torch, Verdict("", "", OVERSHOT)),
    "aligned corners": (
        lambda levels: enlarging.enlarged(levels, (256, 256), "torch, cubic, corners aligned"),
        Verdict("", "", OVERSHOT),
    ),
    "half of the range": (
        lambda levels: by_torch(levels / 2),
        Verdict("", "", f"{TOPS[2].fault}; {OVERSHOT}"),
    ),
}


@pytest.mark.parametrize("case", BESIDE)
def test_another_fault_is_told_beside_it(case: str) -> None:
    """Its levels are read as they were before they wrapped around."""
    do, told = BESIDE[case]

    asked = cases(lambda f, w, i: to_bytes(do(min_max(weighted(f, w[i])))))

    assert steps(asked) == told


def test_a_wrong_sum_is_told_beside_it() -> None:
    """Whichever library enlarged it."""
    asked = cases(lambda f, w, i: to_bytes(by_torch(min_max(np.abs(weighted(f, w[i]))))))
    right = cases(lambda f, w, i: to_bytes(enlarged(min_max(np.abs(weighted(f, w[i]))), cv2.INTER_LINEAR)))
    alone = steps(right)

    found = steps(asked)

    assert alone is not None and alone.faults == 1
    assert found is not None and (found.classes, found.sums) == (alone.classes, alone.sums)
    assert found.stretch == "; ".join(filter(None, (alone.stretch, OVERSHOT)))


def test_levels_that_are_no_bytes_before_they_are_enlarged_are_another_fault() -> None:
    """A map that is divided by its maximum alone wraps around by itself."""

    def divided(f: Array, w: Array, i: int) -> Array:
        raw = weighted(f, w[i])
        return to_bytes(enlarged(255 * raw / raw.max(), cv2.INTER_CUBIC))

    found = steps(cases(divided))

    assert found is None or OVERSHOT not in found.stretch


def to_bytes(levels: Array) -> Array:
    """What wraps around where it is no byte."""
    return levels.astype(np.int64).astype(np.uint8)
