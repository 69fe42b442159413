"""Unusual steps of a map's sum are named by the likeness of maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.diagnosis.cam import search
from grader.diagnosis.likely import likely, of_one_channel
from grader.diagnosis.unusual import AXES
from grader.diagnosis.ways import weighted
from tests.grader.diagnosis.test_cam import cases
from tests.grader.diagnosis.test_others import stretched
from tests.share import rows

Array = np.ndarray


def sigmoid(values: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return np.asarray(1 / (1 + np.exp(-values)))


def best(f: Array, w: Array, count: int) -> Array:
    """The classes of most evidence."""
    return np.argsort(-(w @ f.mean(axis=(1, 2))))[:count]


MADE: list[tuple[Callable[[Array, Array, int], Array], str, str]] = [
    (lambda f, w, i: weighted(f, w[best(f, w, 5)].mean(axis=0)), "5 classes, those of most evidence", ""),
    (lambda f, w, i: weighted(f, w[:3].sum(axis=0)), "3 classes, the first ones", ""),
    (lambda f, w, i: weighted(f, w[i : i + 2].sum(axis=0)), "2 classes, from the predicted one on", ""),
    (lambda f, w, i: weighted(sigmoid(f), w[i]), "", "a sigmoid of the features"),
    (lambda f, w, i: weighted(f, np.sqrt(np.abs(w[i]))), "", "roots of the weights' absolute values"),
    (lambda f, w, i: weighted(f[::2], w[i, ::2]), "", "every second channel"),
    (lambda f, w, i: f[i % len(f)], "", "predicted class's number"),
    (lambda f, w, i: w[i, i % len(f)] * f[i % len(f)], "", "predicted class's number"),
    (lambda f, w, i: f[w[i].argmax()], "", "that of the largest weight"),
    (lambda f, w, i: f[5], "", "channel 5, counted from 0"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("make", "classes", "sums"), rows(4, MADE))
def test_unusual_steps_are_named(make: Callable[[Array, Array, int], Array], classes: str, sums: str) -> None:
    """Those of the weights' class apart from those of the sum."""
    verdict = search(cases(lambda f, w, i: stretched(make(f, w, i))))
    assert verdict is not None
    assert classes in verdict.classes and sums in verdict.sums
    assert (bool(verdict.classes), bool(verdict.sums), verdict.stretch) == (bool(classes), bool(sums), "")


BENT = (
    (1, "the weights are cubed"),
    (1, "reverse order of the channels"),
    (2, "each channel is divided by its norm"),
    (2, "a softmax over the channels"),
)


@pytest.mark.parametrize(("at", "words"), BENT)
def test_a_map_is_like_the_sum_of_its_own_steps(at: int, words: str) -> None:
    """And none that is compared has more faults than may be told apart."""
    way = next(way for way in AXES[at] if words in way.fault)

    def make(f: Array, w: Array, i: int) -> Array:
        return stretched(weighted(way.do(f), w[i]) if at == 2 else weighted(f, way.do(w[i])))

    found = likely(cases(make))
    assert way in {steps[at] for steps in found}
    assert max(steps.faults for steps in found) <= 2


def test_a_flat_map_is_like_nothing() -> None:
    """Nor is what shows no channel one."""
    flat = cases(lambda f, w, i: np.zeros((256, 256), np.uint8))
    assert likely(flat) == []
    assert of_one_channel(flat) is None
    assert of_one_channel(cases(lambda f, w, i: stretched(weighted(f, w[i])))) is None


def test_the_words_of_steps_differ() -> None:
    """But for one that differs in negative values alone."""
    for axis in AXES:
        faults = [way.fault for way in axis]
        wrong = [fault for fault in faults if fault]
        assert len(wrong) - len(set(wrong)) <= 1 and faults[-len(wrong) :] == wrong
