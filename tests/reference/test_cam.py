"""The reference for part 4: class activation maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from reference import cam

Floats = NDArray[np.float32]
SMALL = st.floats(-50, 50, width=32)
LOGITS = arrays(np.float32, (1, 10), elements=SMALL)
FEATURES = arrays(np.float32, (1, 4, 3, 5), elements=SMALL)
WEIGHTS = arrays(np.float32, (6, 4), elements=SMALL)
RAW = arrays(np.float64, (7, 7), elements=st.floats(-1e6, 1e6))
LABELS = [f"class {index}" for index in range(10)]


@given(LOGITS)
def test_probabilities_are_a_distribution(logit: Floats) -> None:
    """Softmax is positive and adds up to 1."""
    probabilities = cam.softmax(logit)

    assert (probabilities >= 0).all()
    assert probabilities.sum() == pytest.approx(1)


@given(LOGITS, st.floats(-1e4, 1e4))
def test_probabilities_ignore_an_offset(logit: Floats, offset: float) -> None:
    """Adding one number to every logit changes nothing, however large it is."""
    shifted = logit.astype(np.float64) + offset

    np.testing.assert_allclose(cam.softmax(shifted), cam.softmax(logit), atol=1e-9)


@given(LOGITS)
def test_top1_names_the_largest_logit(logit: Floats) -> None:
    """No class has a larger logit than the one that is named."""
    probability, index, name = cam.get_cls_pred(logit, LABELS)

    assert logit[0, index] == logit.max()
    assert probability == cam.softmax(logit).max()
    assert name == f"class {index}"


def test_top1_of_known_logits() -> None:
    """Logits 0 and ln 3 are the probabilities 1/4 and 3/4."""
    probability, *top = cam.get_cls_pred([[0.0, np.log(3)]], ["cat", "bike"])

    assert probability == pytest.approx(0.75)
    assert top == [1, "bike"]


def test_labels_must_match_the_logits() -> None:
    """A list of labels of another length is refused."""
    with pytest.raises(ValueError, match="10 logits, but 9 labels"):
        cam.get_cls_pred(np.zeros((1, 10)), LABELS[:-1])


@given(FEATURES, WEIGHTS, st.integers(0, 5))
def test_weighted_sum_is_written_out(features: Floats, weights: Floats, index: int) -> None:
    """The weighted sum equals the loop over channels."""
    expected = sum(
        float(w) * channel.astype(np.float64) for w, channel in zip(weights[index], features[0], strict=True)
    )

    np.testing.assert_allclose(cam.weighted_sum(features, weights[index]), expected, atol=1e-6)


@given(RAW)
def test_min_max_reaches_both_ends_and_keeps_the_order(raw: NDArray[np.float64]) -> None:
    """The least value becomes 0, the greatest 255, and no two values change places."""
    assume(np.ptp(raw) > 1e-6)

    stretched = cam.min_max(raw)

    assert stretched.min() == 0
    assert stretched.max() == 255
    order = raw.ravel().argsort()
    assert (np.diff(stretched.ravel()[order]) >= 0).all()


def test_min_max_of_a_constant_map_is_black() -> None:
    """A map without any differences points nowhere."""
    assert not cam.min_max(np.full((7, 7), 3.5)).any()


@given(FEATURES, WEIGHTS, st.integers(0, 5), st.integers(-3, 3))
def test_map_is_invariant_to_positive_scaling(
    features: Floats, weights: Floats, index: int, power: int
) -> None:
    """Doubling every weight (exact in floats) leaves the map as it is."""
    scaled = np.ldexp(weights.astype(np.float64), power)

    expected = cam.class_activation_map(features, weights, index)

    np.testing.assert_array_equal(cam.class_activation_map(features, scaled, index), expected)


def test_map_lights_up_where_the_feature_is() -> None:
    """One bright spot in the one channel that counts is the bright spot of the map."""
    features = np.zeros((1, 2, 7, 7), np.float32)
    features[0, 0, 0, 6] = 1
    features[0, 1, 6, 0] = 9
    weights = np.array([[0, 1], [1, 0]], np.float32)

    shown = cam.class_activation_map(features, weights, index=1)

    assert shown.shape == (256, 256)
    assert shown.dtype == np.uint8
    assert shown[0, 255] == 255
    assert shown[255, 0] == 0


def test_inputs_are_not_modified() -> None:
    """Features and weights come out as they went in."""
    rng = np.random.default_rng(0)
    features, weights = rng.normal(size=(1, 4, 3, 5)), rng.normal(size=(6, 4))
    before = features.copy(), weights.copy()

    cam.class_activation_map(features, weights, index=2)

    np.testing.assert_array_equal(features, before[0])
    np.testing.assert_array_equal(weights, before[1])
