"""What arrays are instead of the right ones is said where it is seen, whatever numbers they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.diagnosis.last_cell import turned_how, what_features, what_weight
from grader.wall.draws import draw

WEIGHT = draw(6, "fc", (1000, 512), 0.05)
FEATURES = np.abs(draw(6, "features", (1, 512, 7, 7)))


def test_a_bias_is_seen_beside_the_weight() -> None:
    """Of each class, and of each channel."""
    assert "added to each class" in what_weight(WEIGHT + draw(6, "bias", (1000, 1)), WEIGHT).text
    assert "added to each channel" in what_weight(WEIGHT + draw(6, "bias", (1, 512)), WEIGHT).text


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("number", [np.inf, np.uint64(2**64 - 1), np.float16(65504), np.nan, 1e308])
def test_beside_numbers_that_hide_the_weight_none_is_seen(number: Any) -> None:
    """The same one everywhere is no bias."""
    cause = what_weight(np.full(WEIGHT.shape, number), WEIGHT).cause

    assert cause is not None and cause.id == "weight_fc.values"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_features_are_multiplied_by_a_number() -> None:
    """Infinity is none."""
    assert what_features(3 * FEATURES, FEATURES) == "they are multiplied by 3"
    assert what_features(np.full(FEATURES.shape, np.inf), FEATURES) is None


@pytest.mark.parametrize(
    ("weight", "how"),
    [
        (WEIGHT.T, "transposed"),
        (WEIGHT.reshape(512, 1000), "reshaped, which mixes its classes"),
        (2 * WEIGHT.T, ""),
        (WEIGHT[:10], ""),
    ],
)
def test_rows_and_columns_may_be_exchanged(weight: Any, how: str) -> None:
    assert turned_how(weight, WEIGHT) == how


def test_the_weights_own_values_have_something_to_do_with_it() -> None:
    """In whatever order they are."""
    assert "transposed, then reshaped" in what_weight(WEIGHT.T.reshape(WEIGHT.shape), WEIGHT).text
    assert "in another order" in what_weight(np.roll(WEIGHT, 3, 0), WEIGHT).text
