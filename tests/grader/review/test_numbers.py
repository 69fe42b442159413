"""Numbers of an answer are held against the notebook; what names something is no number."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from grader.records.submission import Epoch, PageCell, Prediction, SavedEvidence, TrainingRun
from grader.review import numbers
from grader.review.numbers import check, facts

SCRATCH = TrainingRun(
    "cell 7", "fcn32s", False, (Epoch(2.4, 0.3431, 0.0286), Epoch(1.92, 0.3475, 0.0303)), 0.33, 0.029
)
EIGHT = TrainingRun(
    "cell 14", "fcn8s", True, (Epoch(1.2, 0.6168, 0.307), Epoch(0.7, 0.7397, 0.4821)), 0.7371, 0.4708
)
SAVED = SavedEvidence(True, (SCRATCH, EIGHT), (), (Prediction("cell 19", 0.444, "mountain bike"),))
KNOWN = facts(SAVED, (PageCell("cell 6", "code", "", "Init Model\nAvg Acc: 0.2307"),))


def said(text: str) -> list[tuple[str, str, str]]:
    return [(one.text, one.state, one.said) for one in check(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "number", "state", "words"),
    [
        (
            "the accuracy stays at 0.34",
            "0.34",
            "held",
            "cell 7 says 0.3431, accuracy of FCN-32s from scratch",
        ),
        ("accuracy of .3431", ".3431", "held", "cell 7 says 0.3431"),
        (
            "mean IoU of 0.4783",
            "0.4783",
            "near",
            "cell 14 says 0.4821, the best mean IoU of FCN-8s pretrained",
        ),
        ("an IoU of 0.48", "0.48", "held", "the best mean IoU of FCN-8s"),
        ("73.9 % accuracy", "73.9 %", "held", "cell 14 says 0.7397"),
        ("accuracy was 74%", "74%", "held", "0.7397"),
        ("the loss ends at 1.92", "1.92", "held", "the best loss of FCN-32s from scratch, epoch 2"),
        ("Test mean IoU 0.471.", "0.471", "held", "the test mean IoU of FCN-8s"),
        ("it starts at 0.2307", "0.2307", "held", "cell 6 says 0.2307, printed there"),
        ("with probability 0.444", "0.444", "held", "top-1 mountain bike"),
        ("an IoU of 0.91", "0.91", "unknown", "no log says this"),
        ("by 0.139 better", "0.139", "unknown", "no log says this"),
    ],
)
def test_a_number_is_found_or_not(text: str, number: str, state: str, words: str) -> None:
    """Rounded or cut, as percent; what it is of is told by the words around it."""
    ((found, told, why),) = said(text)

    assert (found, told) == (number, state)
    assert words in why


@pytest.mark.parametrize(
    "text",
    [
        "FCN-32s and FCN-8s",
        "VGG-16",
        "conv1_1",
        "32 times",
        "v2.0b",
        "pool4",
        "500 pictures",
        "3x3",
        "1.2.3x",
    ],
)
def test_names_and_counts_are_left_alone(text: str) -> None:
    """They are in no log."""
    assert said(text) == []


def test_without_a_log_nothing_is_held_against_anything() -> None:
    """And that is said."""
    (found,) = check("an accuracy of 0.5", ())

    assert (found.state, found.said) == ("unknown", "there is no log to compare with")


@over(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """What is found stands where it says, in order, without overlap."""
    at = 0
    for one in check(text, KNOWN):
        assert text[one.start : one.end] == one.text
        assert at <= one.start < one.end <= len(text)
        at = one.end


@over(st.floats(0.001, 0.999), st.integers(2, 5))
def test_every_logged_value_is_found_however_it_is_rounded(value: float, digits: int) -> None:
    """To any number of digits."""
    run = TrainingRun("cell 1", "fcn8s", True, (Epoch(1.0, 0.5, value),))
    (found,) = check(f"mean IoU {value:.{digits}f}", facts(SavedEvidence(True, (run,))))

    assert found.state == "held"


def test_much_is_read_in_little_time() -> None:
    """A text of nothing but numbers, against outputs of nothing but numbers."""
    page = (PageCell("cell 1", "code", "", "0.123 " * 100_000),)
    epochs = tuple(Epoch(1.0, n / 90_000, 0.5) for n in range(90_000))
    saved = replace(SAVED, runs=(replace(EIGHT, epochs=epochs),) * 3)
    start = time.process_time()

    assert len(check("accuracy 0.77 " * 1400, facts(saved, page))) == numbers.MOST
    assert time.process_time() - start < 5
    known = facts(SAVED, page)
    assert len(known) == numbers.MOST_FACTS
    assert len(check("0.77 " * 4000, KNOWN)) == numbers.MOST
