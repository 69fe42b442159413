"""The course's metrics, all from one confusion matrix."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from reference import metrics

Pair = tuple[NDArray[np.int64], NDArray[np.uint8]]
N = 5
CLASSES = st.integers(0, N - 1)


@st.composite
def pairs(draw: st.DrawFn, truths: st.SearchStrategy[int] = CLASSES) -> Pair:
    """Draw truth and prediction of one shape."""
    shape = draw(array_shapes(min_dims=2, max_dims=2, max_side=8))
    return draw(arrays(np.int64, shape, elements=truths)), draw(arrays(np.uint8, shape, elements=CLASSES))


@given(pairs())
def test_every_pixel_is_counted_once(pair: Pair) -> None:
    """Rows add up to the true classes, columns to the predicted ones."""
    truth, prediction = pair

    matrix = metrics.confusion(truth, prediction, N)

    np.testing.assert_array_equal(matrix.sum(axis=1), np.bincount(truth.ravel(), minlength=N))
    np.testing.assert_array_equal(matrix.sum(axis=0), np.bincount(prediction.ravel(), minlength=N))


@given(pairs())
def test_scores_are_what_they_say(pair: Pair) -> None:
    """Accuracy and IoU equal their definitions, written out over sets of pixels."""
    truth, prediction = pair

    result = metrics.scores(metrics.confusion(truth, prediction, N))

    assert result.accuracy == pytest.approx((truth == prediction).mean())
    for index, iou in enumerate(result.class_iou):
        both, either = ((truth == index) & (prediction == index)), ((truth == index) | (prediction == index))
        assert math.isnan(iou) if not either.any() else iou == pytest.approx(both.sum() / either.sum())
    assert result.mean_iou == pytest.approx(np.nanmean(result.class_iou))


@given(pairs())
def test_swapping_the_sides_keeps_the_scores(pair: Pair) -> None:
    """IoU and accuracy are symmetric; the matrix is transposed."""
    truth, prediction = pair
    forth, back = metrics.confusion(truth, prediction, N), metrics.confusion(prediction, truth, N)

    np.testing.assert_array_equal(forth, back.T)
    assert metrics.pixel_accuracy(forth) == metrics.pixel_accuracy(back)
    assert metrics.mean_iou(forth) == pytest.approx(metrics.mean_iou(back))


@given(pairs(), st.permutations(range(N)))
def test_renaming_the_classes_keeps_the_scores(pair: Pair, names: list[int]) -> None:
    """Which number a class has is of no account."""
    truth, prediction = pair
    renamed = np.array(names)

    before = metrics.confusion(truth, prediction, N)
    after = metrics.confusion(renamed[truth], renamed[prediction], N)

    assert metrics.pixel_accuracy(after) == metrics.pixel_accuracy(before)
    assert metrics.mean_iou(after) == pytest.approx(metrics.mean_iou(before))


@given(pairs(truths=st.integers(-2, N + 2)))
def test_pixels_without_a_class_are_ignored(pair: Pair) -> None:
    """Truth outside of the classes changes nothing."""
    truth, prediction = pair
    kept = (truth >= 0) & (truth < N)

    matrix = metrics.confusion(truth, prediction, N)

    np.testing.assert_array_equal(matrix, metrics.confusion(truth[kept], prediction[kept], N))


@given(st.lists(pairs(), max_size=4))
def test_a_data_set_is_judged_as_one_picture(several: list[Pair]) -> None:
    """Pixels of all pictures count alike, whatever the pictures' sizes."""
    flat = [np.concatenate([pair[side].ravel() for pair in several] or [np.zeros(0, int)]) for side in (0, 1)]

    result = metrics.score([truth for truth, _ in several], [prediction for _, prediction in several], N)

    expected = metrics.scores(metrics.confusion(flat[0], flat[1], N))
    np.testing.assert_equal(asdict(result), asdict(expected))


def test_a_perfect_prediction_scores_one_and_absent_classes_do_not_count() -> None:
    """The mean is over the classes that occur."""
    truth = np.array([[0, 0], [2, 2]])

    result = metrics.scores(metrics.confusion(truth, truth, 3))

    assert (result.accuracy, result.mean_iou) == (1, 1)
    np.testing.assert_equal(result.class_iou, (1.0, math.nan, 1.0))


def test_a_predicted_class_that_is_never_true_costs() -> None:
    """A class only predicted has IoU 0 and lowers the mean."""
    result = metrics.scores(metrics.confusion(np.zeros((1, 4), int), np.array([[0, 0, 0, 1]]), 3))

    assert result.mean_iou == pytest.approx((0.75 + 0) / 2)


def test_nothing_to_judge_is_nan() -> None:
    """An empty matrix has no scores."""
    result = metrics.scores(np.zeros((N, N), np.int64))

    assert math.isnan(result.accuracy)
    assert math.isnan(result.mean_iou)


@pytest.mark.parametrize("wrong", [N, 255, -1])
def test_a_prediction_outside_of_the_classes_is_refused(wrong: int) -> None:
    """A number that is no class is never counted as one."""
    with pytest.raises(ValueError, match=f"predictions reach from .*{wrong}"):
        metrics.confusion(np.zeros((1, 2), int), np.array([[0, wrong]]), N)


def test_shapes_must_match() -> None:
    """Truth and prediction of different shapes can't be compared."""
    with pytest.raises(ValueError, match="truth has shape"):
        metrics.confusion(np.zeros((2, 3), int), np.zeros((3, 2), int), N)
