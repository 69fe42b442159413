"""The name and the probability are what counts in a printed line, not its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence.printed import read_printed

LABELS = ("mountain bike", "tabby cat", "cat", "bike", "7-up bottle", "ice cream")


@pytest.mark.parametrize(
    ("text", "names", "probabilities"),
    [
        ("top1 prediction: 0.444 -> mountain bike", ("mountain bike",), (0.444,)),
        ("Predicted class: mountain bike (44.4%)", ("mountain bike",), (0.444,)),
        ("mountain bike has a probability of .444", ("mountain bike",), (0.444,)),
        ("class 671, p=4.44e-1: mountain bike", ("mountain bike",), (0.444,)),
        ("tabby cat", ("tabby cat",), ()),
        ("0.37 7-up bottle", ("7-up bottle",), (0.37,)),
        ("cattle 1.5 grep2.5", (), ()),
        ("tensor([0.3700]) tabby cat\n", ("tabby cat",), (0.37,)),
        ("tabby cat: 0.37, mountain bike: 0.2", ("tabby cat", "mountain bike"), (0.37, 0.2)),
        ("", (), ()),
    ],
)
def test_names_and_probabilities_are_found(
    text: str, names: tuple[str, ...], probabilities: tuple[float, ...]
) -> None:
    """Whatever stands around them; a longer name hides the one within it, and an index is no probability."""
    printed = read_printed(text, LABELS)

    assert printed.names == names
    assert printed.probabilities == pytest.approx(probabilities)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """Every probability found is one."""
    assert all(0 <= value <= 1 for value in read_printed(text, LABELS).probabilities)


def test_a_long_text_is_cut() -> None:
    """What stands after a page of digits is not read."""
    printed = read_printed("0." + "1" * 5_000_000 + " tabby cat", LABELS)

    assert printed.names == ()
    assert len(printed.text) <= 200
