from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.diagnosis.probability import RIGHT, Logit, explained
from grader.evidence.questions import NUMBERS_ASKED

LOGITS: list[Logit] = [question.array(3)[0] for question in NUMBERS_ASKED]


def softmax(x: Logit) -> Any:
    exps = np.exp(x.astype(np.float64) - x.max())
    return exps / exps.sum()


def words(number: Callable[[Logit], float], digits: int = 3) -> str:
    """How what is printed for some logits is explained."""
    found = explained([(round(float(number(logit)), digits), logit) for logit in LOGITS])
    return found.words if found else ""


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (lambda x: softmax(x).max(), "the probability"),
        (lambda x: x.max(), "the logit"),
        (lambda x: np.sort(x)[-2], "the logit of the second best"),
        (lambda x: 100 * softmax(x).max(), "the probability, as a percentage"),
        (lambda x: 1 - softmax(x).max(), "1 minus the probability"),
        (lambda x: np.log(softmax(x).max()), "the logarithm of the probability"),
        (lambda x: -np.log(softmax(x).max()), "the logarithm of the probability, with the other sign"),
        (lambda x: 1 / (1 + np.exp(-x.max())), "a sigmoid of the logit"),
        (lambda x: np.exp(x.max()), "the logit's exponential, not divided by their sum"),
        (lambda x: 100 * np.sort(softmax(x))[-2], "the probability of the second best, as a percentage"),
        (lambda x: softmax(x)[1], "the probability of class 1"),
        (lambda x: softmax(x).min(), "the probability of the least probable class"),
        (lambda x: softmax(x).mean(), "the mean of all classes, taking the probability"),
        (lambda x: softmax(softmax(x)).max(), "a softmax taken twice"),
        (lambda x: softmax(np.maximum(x, 0)).max(), "a softmax of the logits, the negative ones cut to 0"),
        (lambda x: x.argmax(), "the number of the class"),
        (lambda x: x.max() / np.abs(x).sum(), "the logit divided by the sum of the absolute logits"),
        (lambda x: int(softmax(x).max() + 1e-9), "the probability, rounded or cut to a whole number"),
        (lambda x: int(10 * softmax(x).max()) / 10, "the probability, rounded or cut to one digit"),
        (lambda x: softmax(x / 3).max(), "a softmax of the logits divided by 3"),
        (lambda x: softmax(x * 1.7).max(), "a softmax of the logits times 1.7"),
        (lambda x: 0.77, ""),
    ],
)
def test_what_is_printed_is_explained_by_the_steps_that_give_all_of_it(
    number: Callable[[Logit], float], told: str
) -> None:
    """Wrong scores, another one of them, another way to write it, or two of these; else none is claimed."""
    assert words(number) == told


def test_nothing_explains_what_was_not_printed() -> None:
    """As where no number was found."""
    assert explained([]) is None


def test_the_best_of_wrong_scores_is_chosen_as_far_as_floats_tell() -> None:
    """A sigmoid of large logits is 1 for several classes; a softmax tells them apart."""
    large = np.zeros(1000, dtype=np.float32)
    large[[3, 7]] = 20.0, 21.0
    sigmoid = explained([(1 / (1 + np.exp(-float(x.max()))), x) for x in LOGITS])

    assert sigmoid is not None and sigmoid.chooses(3, large) and sigmoid.chooses(7, large)
    assert not sigmoid.chooses(4, large) and not sigmoid.chooses(-1, large)
    assert RIGHT.chooses(7, large) and not RIGHT.chooses(3, large)
