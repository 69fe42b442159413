"""Maps of another class, or of all of them, are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest

from grader.diagnosis.axes import RIGHT
from grader.diagnosis.cam import search
from grader.diagnosis.others import OF_ALL, OfAll, of_another
from grader.diagnosis.ways import SUMS, Sum, weighted
from tests.grader.diagnosis.test_cam import cases, enlarged, to_bytes
from tests.share import every, rows

Array = np.ndarray
KINDS = [each.name for each in fields(Sum)]


def stretched(raw: Array) -> Array:
    """A map of the whole size and range."""
    return enlarged(to_bytes(255 * (raw - raw.min()) / (raw.max() - raw.min())))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "said"),
    rows(
        6,
        [
            (lambda i: 5, "those of class 5, whatever was predicted"),
            (lambda i: (i + 2) % 20, "class 2 after the predicted"),
            (lambda i: (i - 3) % 20, "class 3 before the predicted"),
            (lambda i: 19 - i, "predicted class counted from the end"),
            (lambda i: i // 2, "half of the predicted index"),
            (lambda i: (i * i + 3) % 20, "another class, not of the predicted one"),
        ],
    ),
)
def test_the_weights_of_another_class_are_named(other: Callable[[int], int], said: str) -> None:
    """By the rule that leads to it, if one does."""
    asked = cases(lambda f, w, i: stretched(weighted(f, w[other(i)])))
    verdict = search(asked)
    assert verdict is not None
    assert (said in verdict.classes, verdict.sums, verdict.stretch) == (True, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("step", [kind for kind in KINDS if kind != "start"])  # which a stretch takes off
def test_the_weights_of_another_class_are_named_beside_a_sum(step: str) -> None:
    """Neither is right without the other, and each is told."""
    wrong = replace(RIGHT, **{step: SUMS[KINDS.index(step)][1]})
    asked = cases(lambda f, w, i: stretched(wrong.do(f, w[(i * i + 3) % 20])))
    verdict = search(asked)
    assert verdict is not None
    assert "another class, not of the predicted one" in verdict.classes
    assert (verdict.sums, verdict.stretch) == (wrong.fault, "")


@pytest.mark.slow
@pytest.mark.parametrize("way", every(7, OF_ALL, (way.fault for way in OF_ALL)))
def test_a_map_of_all_classes_is_named(way: OfAll) -> None:
    """Whichever way it is made of them."""
    asked = cases(lambda f, w, i: stretched(way.do(weighted(f, w), i)))
    verdict = search(asked)
    assert verdict is not None
    assert verdict.classes == way.fault


def test_the_right_class_is_no_other_one() -> None:
    """Nor is one that can't be told."""
    assert not list(of_another(cases(lambda f, w, i: stretched(weighted(f, w[i])))))
    assert not list(of_another(cases(lambda f, w, i: np.zeros((256, 256), np.uint8))))
    random = np.random.default_rng(0)
    assert not list(of_another(cases(lambda f, w, i: stretched(random.normal(size=(7, 7))))))
