"""Figures are read out of a text in whatever way it is written, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.claims.claimed import claimed

KEYS = ("Q1", "Q2", "Q10")


@pytest.mark.parametrize(
    "text",
    [
        "{'Q1': 0.6787, 'Q2': 0.3808}\n",
        '{"Q1": 0.6787, "Q2": 0.3808}',
        "{'Q2': [0.3808], 'Q1': (0.6787,)}",
        "Q1: 67.87\nQ2: 38.08",
        "q1 = 67.87%\nq2 = 38.08 %",
        "Q1 (FCN-32s, 20 epochs): .6787\nQ2 (mean IoU): 3.808e-1",
        "Q1: 0.1\nQ1: 0.6787\nQ2 0.3808 after 20 epochs",
        "Q1: about **0.6787**; Q2: `0.3808`",
        "Q1 | 0.6787 |\nQ2 | 0.3808 |",
    ],
)
def test_figures_are_shares_of_one(text: str) -> None:
    """Percent or share, one a line or a dictionary; of a key that stands there twice the last one counts."""
    found = claimed(text, KEYS)

    assert found["Q1"].value == pytest.approx(0.6787) and found["Q2"].value == pytest.approx(0.3808)
    assert "Q10" not in found


@pytest.mark.parametrize(
    "text", ["Q1: nan", "Q1: inf", "Q1: -0.3", "Q1: 1e999", "Q1: see notebook", "Q1:", "Q1: 4711"]
)
def test_what_is_no_share_is_no_figure(text: str) -> None:
    """But how it was written is kept."""
    assert claimed(text, KEYS)["Q1"].value is None


def test_one_key_is_not_taken_for_another() -> None:
    """Q10 is not Q1."""
    assert claimed("Q10: 0.5", KEYS).keys() == {"Q10"}


def test_the_last_digit_that_is_given_is_known() -> None:
    """0.68 may be 0.6787; in percent two digits more."""
    assert claimed("Q1: 0.68", KEYS)["Q1"].digit == pytest.approx(0.01)
    assert claimed("Q1: 67.9", KEYS)["Q1"].digit == pytest.approx(0.001)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Whatever stands in it."""
    claimed(text, KEYS)


@pytest.mark.parametrize("piece", ["Q1", "Q1:", "[", "1", "Q1: 1e", " "])
def test_reading_takes_linear_time(piece: str) -> None:
    """A file that is as large as one may be costs a moment."""
    began = time.perf_counter()
    claimed(piece * (64 * 1024 // len(piece)), KEYS)

    assert time.perf_counter() - began < 30
