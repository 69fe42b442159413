from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.diagnosis.cam import Case, Verdict, finishes, follows, matches, right_maps, search, stretched_late
from grader.diagnosis.ways import CLASSES, STRETCHES, SUMS, Way
from grader.wall.draws import draw
from reference.cam import class_activation_map

Array = np.ndarray
CHANNELS, ROWS = 16, 20
QUESTIONS = ((0, 3, 0.0), (1, 11, 0.3), (2, 17, -0.3), (3, 7, 0.0))  # number, class, shift of the weights


def question(number: int, index: int, shift: float) -> tuple[Array, Array, int]:
    """Features (16, 7, 7), weights (20, 16) and a class, in float64."""
    features = draw(number, "features", (CHANNELS, 7, 7)).astype(np.float64)
    if shift:
        features = np.abs(features)
    return features, draw(number, "weights", (ROWS, CHANNELS), 0.3).astype(np.float64) + shift, index


def cases(returns: Callable[[Array, Array, int], Array]) -> list[Case]:
    """What a returnCAM gives for the panel of questions."""
    asked = (question(*numbers) for numbers in QUESTIONS)
    return [Case(f, w, i, returns(f.copy(), w.copy(), i)) for f, w, i in asked]


def enlarged(levels: Array) -> Array:
    """A small map at (256, 256)."""
    return cv2.resize(levels, (256, 256))


def made(classes: Way = CLASSES[0], sums: Way = SUMS[0], stretch: Way = STRETCHES[0]) -> Callable[..., Array]:
    """A returnCAM that does each step in one of the known ways."""

    def returns(features: Array, weight: Array, index: int) -> Array:
        raw = sums.do(features, classes.do(features, weight, index))
        return enlarged(np.nan_to_num(stretch.do(raw)).astype(np.int64).astype(np.uint8))

    return returns


def straight(features: Array, weight: Array, index: int) -> Array:
    """As the course does it."""
    cam = (weight[index] @ features.reshape(CHANNELS, -1)).reshape(7, 7)
    cam = cam - cam.min()
    return enlarged(np.uint8(255 * cam / cam.max()))


RIGHT = {
    "straight": straight,
    "reference": lambda f, w, i: class_activation_map(f, w, i),
    "einsum": lambda f, w, i: enlarged(
        np.uint8(
            np.clip(
                np.rint(np.interp((r := np.einsum("c,chw->hw", w[i], f)), (r.min(), r.max()), (0, 255))),
                0,
                255,
            )
        )
    ),
    "opencv": lambda f, w, i: enlarged(
        cv2.normalize(np.tensordot(w[i], f, 1), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    ),
    "float32": lambda f, w, i: straight(f.astype(np.float32), w.astype(np.float32), i),
    "enlarged first": lambda f, w, i: _late(np.tensordot(w[i], f, 1)),
    "enlarged as floats": lambda f, w, i: np.clip(enlarged(_levels(np.tensordot(w[i], f, 1))), 0, 255).astype(
        np.uint8
    ),
    "enlarged by cubic curves first": lambda f, w, i: _late(np.tensordot(w[i], f, 1), cv2.INTER_CUBIC),
    "cubic": lambda f, w, i: np.clip(
        cv2.resize(_levels(np.tensordot(w[i], f, 1)), (256, 256), interpolation=cv2.INTER_CUBIC), 0, 255
    ).astype(np.uint8),
    "nearest": lambda f, w, i: cv2.resize(
        np.uint8(_levels(np.tensordot(w[i], f, 1))), (256, 256), interpolation=cv2.INTER_NEAREST
    ),
    "left as floats": lambda f, w, i: enlarged(_levels(np.tensordot(w[i], f, 1))),
}


def _levels(raw: Array) -> Array:
    return (raw - raw.min()) / (raw.max() - raw.min()) * 255


def _late(raw: Array, method: int = cv2.INTER_LINEAR) -> Array:
    big = cv2.resize(raw, (256, 256), interpolation=method)
    return np.uint8((big - big.min()) / (big.max() - big.min()) * 255)


@pytest.mark.parametrize("name", RIGHT)
def test_right_maps_have_no_fault(name: str) -> None:
    """However the weighted sum is stretched to [0, 255] and enlarged, a right map is right."""
    assert search(cases(RIGHT[name])) == Verdict("", "", "")


# Faults that give the same numbers as another one, which is named instead.
ALIKE = {
    "the weights are summed over all classes": "the weights are the mean over all classes",
    "weights and features are added instead of multiplied": "the features are averaged without their weights",
    "normalised to [0, 127]": "normalised to half of the range",
    "normalised to [0, 128]": "normalised to half of the range",
    "normalised to [0, 254]": "",  # rounding can do that
    "values are cut to [0, 255] without stretching": "not normalised at all",
    "values are cut to [0, 1] and multiplied by 255": "not normalised, only multiplied by 255",
}


def ways(steps: tuple[Way, ...]) -> list[Way]:
    """The wrong ways of a step."""
    return [way for way in steps if way.fault]


@pytest.mark.parametrize("way", ways(CLASSES), ids=lambda way: way.fault)
def test_wrong_classes_are_named(way: Way) -> None:
    """Each known way to take another class's weights is found by its numbers."""
    assert search(cases(made(classes=way))) == Verdict(ALIKE.get(way.fault, way.fault), "", "")


@pytest.mark.parametrize("way", ways(SUMS), ids=lambda way: way.fault)
def test_wrong_sums_are_named(way: Way) -> None:
    """Each known way to sum wrongly is found by its numbers."""
    assert search(cases(made(sums=way))) == Verdict("", ALIKE.get(way.fault, way.fault), "")


@pytest.mark.parametrize("way", ways(STRETCHES), ids=lambda way: way.fault)
def test_wrong_stretches_are_named(way: Way) -> None:
    """Each known way to normalise wrongly is found by its numbers."""
    assert search(cases(made(stretch=way))) == Verdict("", "", ALIKE.get(way.fault, way.fault))


def test_bytes_that_are_cut_instead_of_wrapped_are_named_alike() -> None:
    """A map divided by its old maximum is that, whether what is too large wraps around or is cut."""
    cut = cases(
        lambda f, w, i: enlarged(np.clip(STRETCHES[1].do(SUMS[0].do(f, w[i])), 0, 255).astype(np.uint8))
    )

    assert search(cut) == Verdict("", "", STRETCHES[1].fault)


def test_two_faults_are_both_named() -> None:
    """Faults of different steps are told apart."""
    way = made(classes=CLASSES[1], stretch=STRETCHES[1])

    assert search(cases(way)) == Verdict(CLASSES[1].fault, "", STRETCHES[1].fault)


@pytest.mark.slow
def test_what_no_way_gives_has_no_verdict() -> None:
    """A map of another origin is not explained."""
    assert search(cases(lambda f, w, i: np.full((256, 256), 128, np.uint8))) is None
    assert search(cases(lambda f, w, i: enlarged(np.uint8(_levels(f[2] * f[3]))))) is None


@settings(max_examples=20)
@given(st.floats(1e-3, 1e3))
def test_scaling_the_weights_changes_no_map(factor: float) -> None:
    """A map is invariant to positive scaling of the weights, so its verdict is too."""
    features, weight, index = question(*QUESTIONS[0])
    answer = straight(features, weight * factor, index)

    assert any(matches(answer, right) for right in right_maps(Case(features, weight, index, answer)))


def test_a_flat_map_follows_nothing() -> None:
    """It falls nowhere; a bright pixel between the centres of cells makes it no better."""
    features, weight, index = question(*QUESTIONS[0])
    flat = np.zeros((256, 256), np.uint8)
    flat[0, 0] = 255

    assert not follows(Case(features, weight, index, flat), flat)
    right = straight(features, weight, index)
    assert follows(Case(features, weight, index, right), right)


@pytest.mark.parametrize("off", [5, 10, 100])
def test_rounding_is_forgiven_and_nothing_more(off: int) -> None:
    """A level of 255 more or less is rounding; five at one place are not."""
    features, weight, index = question(*QUESTIONS[0])
    answer = straight(features, weight, index).astype(np.int64)
    near, far = answer.copy(), answer.copy()
    near[100, 100] += 1 if near[100, 100] < 128 else -1
    far[100, 100] += off if far[100, 100] < 128 else -off
    maps = list(right_maps(Case(features, weight, index, answer)))

    assert any(matches(near.astype(np.uint8), right) for right in maps)
    assert not any(matches(far.astype(np.uint8), right) for right in maps)


def test_maps_of_other_shapes_dont_match() -> None:
    """A map is compared with one of its own size only."""
    assert not matches(np.zeros((7, 7), np.uint8), np.zeros((256, 256)))
    assert matches(np.zeros((7, 7), np.uint8), np.zeros((7, 7)))


def test_every_finish_is_a_whole_map() -> None:
    """Enlarging gives (256, 256) levels, whichever way is taken."""
    raw = np.tensordot(question(*QUESTIONS[0])[1][3], question(*QUESTIONS[0])[0], 1)

    for finished in (*finishes(_levels(raw)), *stretched_late(raw)):
        assert finished.shape == (256, 256)
        assert finished.dtype == np.float64
