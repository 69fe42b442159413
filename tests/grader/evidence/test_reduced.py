"""A step that takes channels together otherwise is told beside what else is wrong."""

from __future__ import annotations

import pytest

from grader.diagnosis.cam import Verdict
from grader.records.reason import Place
from tests.grader.a_cam import read
from tests.grader.slim import Edit

SUM = "weight_fc[idx].reshape(-1) @ feature_conv.reshape(c, h * w)\n    cam = cam.reshape(h, w) - cam.min()"
MADE = "({} * feature_conv).{}\n    cam = cam - cam.min()"
WEIGHTS = "weight_fc[idx].reshape(1, c, 1, 1)"
pytestmark = pytest.mark.slow


def taken(how: str, weights: str = WEIGHTS) -> Edit:
    return SUM, MADE.format(weights, how)


@pytest.mark.parametrize(
    ("how", "told", "want"),
    [
        ("max(2)[0]", "the largest product is taken over rows, not the sum over channels", ".sum((0, 1))`"),
        ("prod(1)[0]", "the product is taken instead of the sum", ".sum((0, 1))`"),
        ("mean(2)[0]", "the mean is taken over rows, not the sum over channels", ".sum((0, 1))`"),
    ],
)
def test_it_is_told_with_its_place(how: str, told: str, want: str) -> None:
    found = read(taken(how)).maps.explained

    assert found.cause == "sum.reduced" and found.how == told and found.operation.endswith(want)
    assert found.verdict == Verdict("", "", "") and found.place == Place("cell 1", 14)


def test_a_map_of_another_shape_has_that_of_the_sum() -> None:
    """The sum pays for it."""
    found = read(taken("sum(0)")).maps

    assert (found.first.shape, found.shape) == ((256, 256, 7), (256, 256))
    assert found.explained.how == "the sum is taken over the batch, not over channels"


def test_a_batch_that_is_left_is_of_the_shape() -> None:
    assert read(taken("sum(1)")).maps.explained.cause == "map.otherwise"


def test_what_else_is_wrong_is_told_too() -> None:
    """The class and the stretch."""
    weights = WEIGHTS.replace("idx", "0")
    found = read(taken("max(2)[0]", weights), (" - cam.min()", "")).maps.verdict

    assert found is not None
    assert "class 0" in found.classes and not found.sums and "minimum is not taken off" in found.stretch


def test_what_no_sum_explains_is_not_told() -> None:
    assert not read(taken("max(2)[0]", "np.cos(weight_fc[idx]).reshape(1, c, 1, 1)")).maps.explained.how
