from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader.diagnosis.numeric import explain_difference, find_offset
from grader.network.evaluate import Evaluator
from grader.network.graph import replace_leaves
from grader.network.reading import Reading
from grader.records.reason import Cause
from grader.wall.draws import draw
from tests.grader.slim import SIZE, SOURCE, edited, reading_of

SEED = 2
WHOLE = torch.from_numpy(draw(SEED, "map", (1, 3, 70, 64)))


@settings(max_examples=25)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(24, 40), st.integers(24, 34))
def test_a_window_is_found_where_it_was_cut(row: int, column: int, height: int, width: int) -> None:
    """Any part of a map is found at its own row and column."""
    output = WHOLE[..., row : row + height, column : column + width]

    assert find_offset(output, WHOLE) == (row, column)


def test_nothing_is_found_where_no_number_is_known() -> None:
    """The tolerances are taken from the numbers."""
    unknown = torch.full_like(WHOLE, torch.nan)

    assert find_offset(WHOLE, unknown) is None


def test_a_window_that_is_short_is_found() -> None:
    """A window that ends with the map is found by where it starts."""
    assert find_offset(WHOLE[..., 40:, 30:], WHOLE) == (40, 30)


@pytest.mark.parametrize(
    "output",
    [
        torch.from_numpy(draw(SEED, "other", (1, 3, 30, 30))),
        WHOLE[..., 5:35, 5:35] * 1.5,
        torch.zeros(1, 3, 30, 30),
        torch.zeros(1, 3, 3, 30),
        torch.zeros(1, 3, 100, 100),
        WHOLE[..., 5:35, 5:35].flip(1),
    ],
)
def test_what_is_no_window_is_not_found(output: Tensor) -> None:
    """Other values, other channels, and maps too small or too large are no window."""
    assert find_offset(output, WHOLE) is None


@pytest.fixture(scope="module")
def right() -> Reading:
    """The right FCN-32s."""
    return reading_of(SOURCE, "FCN32s")


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    """The arithmetic of one challenge."""
    return Evaluator(SEED, (1, 3, *SIZE))


@pytest.fixture(scope="module")
def wanted(right: Reading, evaluator: Evaluator) -> Tensor:
    """What the right network gives."""
    return evaluator(replace_leaves(right.output, right.keys))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h.softmax(1), "the values are probabilities"),
        (lambda h: h * 2, "it is 2 times the reference's"),
        (lambda h: -h, "it is -1 times the reference's"),
        (lambda h: h / 255, "it is 0.003922 times the reference's"),
        (lambda h: h.flip(2), "no known fault gives these numbers"),
        (lambda h: h + 1, "no known fault gives these numbers"),
    ],
)
def test_a_difference_is_named(
    change: Callable[[Tensor], Tensor], words: str, right: Reading, evaluator: Evaluator, wanted: Tensor
) -> None:
    """Probabilities and multiples of the reference are known; where nothing fits, that is said."""
    assert explain_difference(change(wanted), wanted, right, evaluator, right.keys).text.endswith(words)


def test_a_crop_that_the_trace_hides_is_found(right: Reading, evaluator: Evaluator, wanted: Tensor) -> None:
    """A window cut elsewhere is named by where it starts, whatever cut it."""
    uncropped = evaluator(replace_leaves(right.path.steps[right.last_layer], right.keys))
    output = uncropped[..., 21 : 21 + SIZE[0], 17 : 17 + SIZE[1]]

    assert explain_difference(output, wanted, right, evaluator, right.keys).text == (
        "the crop starts at row 21 and column 17, it must start at 19"
    )


def test_a_network_that_cant_be_replayed_is_not_explained(evaluator: Evaluator, wanted: Tensor) -> None:
    """Where the student's layers can't be computed here, no fault is claimed."""
    strange = reading_of(edited(("self.fc6(h)", "self.fc6(torch.lgamma(h))")), "FCN32s")

    found = explain_difference(wanted + 1, wanted, strange, evaluator, strange.keys)

    assert found.cause == Cause("forward.unknown")
