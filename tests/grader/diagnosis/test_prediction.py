from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.prediction import OTHER, TOLERANCE, is_saturated, wrong_index, wrong_probability

LOGIT = np.linspace(-3, 3, 1000, dtype=np.float32)
LOGIT[7], LOGIT[400] = 5.0, 4.0
SHARES = np.exp(LOGIT.astype(np.float64)) / np.exp(LOGIT.astype(np.float64)).sum()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (400, "the second best"),
        (1, "the least probable"),
        (0, "the least probable"),
        (999, "the third best"),
        (997, "the fifth best"),
        (2, "the least probable"),
        (3, "the class one after the least probable"),
        (8, "the class one after the most probable"),
        (6, "the class one before the most probable"),
        (992, "the most probable, counted from the end"),
        (12, OTHER),
    ],
)
def test_a_wrong_index_is_named(value: int, words: str) -> None:
    """The second best, the least probable and class 0 are known; others are not."""
    logit = LOGIT.copy()
    logit[value if words == "the least probable" else 2] = -9.0

    assert wrong_index(value, logit) == words


def test_class_0_is_named_where_it_is_nothing_else() -> None:
    """A constant index is told from an order."""
    logit = LOGIT.copy()
    logit[0] = 0.0

    assert wrong_index(0, logit) == "class 0, whatever the logits"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5.0, "the logit itself"),
        (SHARES[7] * 100, "a percentage"),
        (round(SHARES[7] * 100, 1), "a percentage"),
        (np.log(SHARES[7]), "the logarithm of the probability"),
        (1 / (1 + np.exp(-5.0)), "a sigmoid of the logit"),
        (SHARES[400], "the second best's probability"),
        (100 * SHARES[400], "the second best's probability, as a percentage"),
        (1 - SHARES[7], "1 minus the probability"),
        (np.exp(5.0), "the logit's exponential, not divided by their sum"),
        (SHARES[0], "the probability of the least probable class"),
    ],
)
def test_a_wrong_probability_is_named(value: float, words: str) -> None:
    """Each known number is recognised within the rounding of three digits."""
    assert wrong_probability(float(value) + TOLERANCE / 4, LOGIT) == words


def test_a_probability_of_another_place_is_named() -> None:
    """That of the first class, and that at the class's number where they are sorted."""
    logit = np.zeros(1000, dtype=np.float32)
    logit[[3, 400, 2, 0, 9]] = 9.0, 8.0, 7.5, 6.5, 6.9
    shares = np.exp(logit.astype(np.float64)) / np.exp(logit.astype(np.float64)).sum()

    assert wrong_probability(float(shares[0]), logit) == "the probability of class 0"
    assert wrong_probability(float(shares[9]), logit).startswith("the one of the sorted probabilities")


def test_an_order_of_absolute_logits_is_named() -> None:
    """Where it is another one than that of the logits."""
    logit = LOGIT.copy()
    logit[70] = -20.0
    logit[1] = -21.0

    assert wrong_index(70, logit) == "the second least probable"
    assert wrong_index(1, logit) == "the least probable"
    assert wrong_index(int(np.argmin(np.abs(logit))), logit) == "the smallest absolute logit"


@pytest.mark.parametrize(("by", "words"), [(0.5, "divided by 2"), (2.0, "times 2")])
def test_another_temperature_is_named(by: float, words: str) -> None:
    """By the softmax that it gives."""
    exps = np.exp(by * LOGIT.astype(np.float64))

    assert wrong_probability(float(exps.max() / exps.sum()), LOGIT) == f"a softmax of the logits {words}"


def test_a_sigmoid_of_large_logits_tells_no_classes_apart() -> None:
    """Of small ones it does."""
    assert is_saturated(400, LOGIT + 15)
    assert not is_saturated(400, LOGIT)
    assert not is_saturated(400, LOGIT - 25)
    assert not is_saturated(0, LOGIT + 15)
    assert not is_saturated(-1, LOGIT + 15)


def test_an_unknown_probability_has_no_name() -> None:
    """Where nothing fits, nothing is claimed."""
    assert wrong_probability(0.77, LOGIT) == OTHER
