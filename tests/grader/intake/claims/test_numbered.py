"""A text is split where its lines are numbered alike, and nowhere else."""

from __future__ import annotations

import time

import pytest

from grader.intake.claims.numbered import split


def parts(text: str, numbers: tuple[int, ...] = (1, 2), words: set[str] | None = None) -> list[str]:
    """The pieces that a text is split into."""
    return [text[start:end].strip() for start, end in split(text, numbers, 3, words).values()]


@pytest.mark.parametrize(
    "text",
    [
        *("1. x\n2. y", "1) x\n2) y", "(1) x\n(2) y", "### 1\nx\n### 2\ny", "3.1 x\n3.2 y", "- 1: x\n- 2: y"),
        *("A1: x\nA2: y", "Soru 1\nx\nSoru 2\ny", "Câu hỏi 1: x\nCâu hỏi 2: y", "प्रश्न 1\nx\nप्रश्न 2\ny"),
        *(
            "I. x\nII. y",
            "a) x\nb) y",
            "Part one\nx\nPart two\ny",
            "第一题\nx\n第二题\ny",
            "2nd\n1st Frage\nx\n2nd Frage\ny",
        ),
    ],
)
def test_numbers_in_order_with_the_same_word_split(text: str) -> None:
    """In any script, before or behind the word."""
    assert parts(text) == ["x", "y"]


@pytest.mark.parametrize(
    "text",
    [
        *("1. x", "2. x\n1. y", "1. x\n2. y\n3. z", "1.\n2. y", "Fig. 1 x\nTable 2 y", "no number\nat all"),
        *("First, x\nSecond, y", "One sees x\nTwo are y", "via x\nb) y", "see 1. x\nand 2. y", "x 1\ny 2"),
    ],
)
def test_other_numbers_do_not(text: str) -> None:
    """Out of order, in a longer list, without text behind them, in sentences, behind different words."""
    assert parts(text) == []


def test_the_words_can_be_given() -> None:
    """Then no other word and no bare number counts."""
    assert parts("Answer 1: x\nAnswer 2: y", words={"answer"}) == ["x", "y"]
    assert parts("Epoch 1: x\nEpoch 2: y", words={"answer"}) == parts("1. x\n2. y", words={"answer"}) == []


def test_a_year_may_ask_more() -> None:
    """As many as there are numerals for."""
    assert parts("a) x\nb) y\nc) z", (1, 2, 3)) == ["x", "y", "z"]
    assert parts("1. x\n12. y", (1, 12)) == []


@pytest.mark.parametrize("line", ["1. x\n", "word{} 1\n", "1" * 50 + "\n", "(" * 50 + "\n"])
def test_odd_text_takes_linear_time(line: str) -> None:
    """As much of it as is looked at."""
    text = "".join(line.format(number) for number in range(20_000 // len(line)))
    began = time.process_time()

    parts(text)

    assert time.process_time() - began < 2
