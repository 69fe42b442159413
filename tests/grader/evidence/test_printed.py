"""The name and the probability are what counts in a printed line, not its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence.printed import read_printed, uncoloured

LABELS = ("mountain bike", "tabby cat", "cat", "bike", "7-up bottle", "ice cream")


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("top1 prediction: 0.444 -> mountain bike", ("mountain bike",), (0.444,)),
        ("Predicted class: mountain bike (44.4%)", ("mountain bike",), (0.444,)),
        ("I see a mountain bike, 44.4 percent sure", ("mountain bike",), (0.444,)),
        ("mountain bike, 44 Per cent", ("mountain bike",), (0.44,)),
        ("mountain bike | confidence (%): 44.4", ("mountain bike",), (0.444,)),
        ("44.4% mountain bike 0.444", ("mountain bike",), (0.444, 0.444)),
        ("mountain bike has a probability of .444", ("mountain bike",), (0.444,)),
        ("class 671, p=4.44e-1: mountain bike", ("mountain bike",), (0.444,)),
        ("tabby cat", ("tabby cat",), ()),
        ("0.37 7-up bottle", ("7-up bottle",), (0.37,)),
        ("cattle 1.5 grep2.5", (), (1.5,)),
        ("TOP1 PREDICTION: 0.444 -> MOUNTAIN BIKE", ("mountain bike",), (0.444,)),
        ("Mountain Bike (44.4 %), P=4.44E-1", ("mountain bike",), (0.444, 0.444)),
        ("7-UP BOTTLE: 0.3", ("7-up bottle",), (0.3,)),
        ("tensor([0.3700]) tabby cat\n", ("tabby cat",), (0.37,)),
        ("tabby cat: 0.37, mountain bike: 0.2", ("tabby cat", "mountain bike"), (0.37, 0.2)),
        ("", (), ()),
    ],
)
def test_names_and_numbers_are_found(text: str, names: tuple[str, ...], numbers: tuple[float, ...]) -> None:
    """Whatever stands around them; a longer name hides the one within it, and an index is no such number."""
    printed = read_printed(text, LABELS)

    assert printed.names == names
    assert printed.numbers == pytest.approx(numbers)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever it is, five names and five numbers are the most that are found."""
    printed = read_printed(text, LABELS)

    assert len(printed.names) <= 5 and len(printed.numbers) <= 5


def test_labels_that_differ_in_large_letters_alone_are_told_apart() -> None:
    """By how the text writes them."""
    assert read_printed("a Crane", ("crane", "Crane")).names == ("Crane",)
    assert read_printed("a crane", ("Crane", "crane")).names == ("crane",)


def test_a_word_in_capitals_is_no_name_beside_one_as_it_is_written() -> None:
    """As "File" and "Scale" of a sentence are none, though two labels are so called."""
    assert read_printed("Cat picture: mountain bike, 0.444", LABELS).names == ("mountain bike",)


def test_a_long_text_is_cut() -> None:
    """What stands after a page of digits is not read."""
    printed = read_printed("0." + "1" * 5_000_000 + " tabby cat", LABELS)

    assert printed.names == ()
    assert len(printed.text) <= 200


def test_colours_are_no_text() -> None:
    """What tells a terminal of them ends in a letter, which would belong to the word after it."""
    assert uncoloured("\x1b[1mtop1\x1b[0m \x1b[38;5;9mtabby\x1b[0m") == "top1 tabby"
