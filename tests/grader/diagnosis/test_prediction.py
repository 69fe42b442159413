from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.prediction import OTHER, what_name, wrong_index

LOGIT = np.linspace(-3, 3, 1000, dtype=np.float32)
LOGIT[7], LOGIT[400] = 5.0, 4.0


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


def test_an_order_of_absolute_logits_is_named() -> None:
    """Where it is another one than that of the logits."""
    logit = LOGIT.copy()
    logit[70] = -20.0
    logit[1] = -21.0

    assert wrong_index(70, logit) == "the second least probable"
    assert wrong_index(1, logit) == "the least probable"
    assert wrong_index(int(np.argmin(np.abs(logit))), logit) == "the smallest absolute logit"


LABELS = ["tench", "ant", "dog", "cat", "bee"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("dog", "cat"), "that of the class 1 after it"),
        (("tench", "ant"), "that of the class 1 before it"),
        (("cat", "dog"), "that of the class counted from the end"),
        (("bee", "cat"), "the one at its number in alphabetical order"),
        (("bee", "bee"), "that of class 4, whatever the logits"),
        (("1", "2"), "the number of the class, not its name"),
        (("an ant", "a dog"), "none of the names in the file of labels"),
        (("bee", "ant"), "that of another class"),
        ((), "that of another class"),
    ],
)
def test_a_wrong_name_is_told_by_what_all_names_have_in_common(names: tuple[str, ...], words: str) -> None:
    """For classes 1 and 2."""
    assert what_name([([name], index) for index, name in enumerate(names, start=1)], LABELS) == words
