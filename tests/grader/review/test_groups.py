"""Answers that say the same are found; others are left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from grader.review.groups import ALIKE, groups, plain

LONG = (
    "From scratch nothing is learned because all convolutions start at zero and pass no gradient to the trunk"
)


def test_empty_equal_and_near_equal_are_groups() -> None:
    """Case, blanks and punctuation make no difference; one word more makes them near."""
    answers = {
        "a": LONG,
        "b": f"  {LONG.upper()}!!",
        "c": f"{LONG} below",
        "d": "Something else altogether, which nobody else has written.",
        "e": " ",
        "f": "***",
    }
    found = groups(answers)

    assert [(group.kind, set(group.keys)) for group in found] == [
        ("empty", {"e", "f"}),
        ("near", {"a", "b", "c"}),
    ]


def test_a_single_empty_answer_is_one_too() -> None:
    """It is marked in one step."""
    assert [group.kind for group in groups({"a": "", "b": LONG})] == ["empty"]


def test_short_answers_are_near_by_the_same_words_only() -> None:
    """ "Better" and "worse" are not."""
    assert groups({"a": "FCN-8s is better", "b": "FCN-8s is worse"}) == ()
    assert [group.kind for group in groups({"a": "yes", "b": "Yes."})] == ["equal"]


def test_nobody_is_joined_by_way_of_another() -> None:
    """A chain of small changes is no group: its ends say different things."""
    words = [f"word{n}" for n in range(60)]
    chain = {n: " ".join([*(f"new{i}" for i in range(n * 6)), *words[n * 6 :]]) for n in range(10)}
    for group in groups(chain):
        assert len(group.keys) <= 2


@over(st.dictionaries(st.integers(), st.text(max_size=20), max_size=30))
def test_an_answer_is_in_one_group_at_most(answers: dict[int, str]) -> None:
    """And those that are equal are always together."""
    found = groups(answers)
    keys = [key for group in found for key in group.keys]

    assert len(keys) == len(set(keys))
    where = {key: n for n, group in enumerate(found) for key in group.keys}
    for one in answers:
        for other in answers:
            if one != other and plain(answers[one]) == plain(answers[other]):
                assert where[one] == where[other]


words = st.lists(st.sampled_from("abcde"), min_size=3, max_size=14).map(tuple)


@over(st.lists(words, unique=True, min_size=2, max_size=12))
def test_whoever_is_close_to_the_first_is_found(texts: list[tuple[str, ...]]) -> None:
    """The rare pieces that are looked up leave nobody out: the same as comparing all with all."""
    found = groups(dict(enumerate(map(" ".join, texts))))
    left, wanted = list(range(len(texts))), []
    while left:
        first = left[0]
        near = [n for n in left if _share(texts[first], texts[n]) >= ALIKE]
        wanted += [set(near)] * (len(near) > 1)
        left = [n for n in left if n not in near]

    assert [set(group.keys) for group in sorted(found, key=lambda group: min(group.keys))] == wanted


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    a, b = ({text[n : n + 3] for n in range(len(text) - 2)} for text in (one, other))
    return len(a & b) / len(a | b)


@pytest.mark.slow
def test_a_thousand_long_answers_take_seconds() -> None:
    """Also where all have copied the question, which is as long as what they write."""
    question = " ".join(f"asked{word}" for word in range(150))
    answers = {n: f"{question} " + " ".join(f"own{n}-{word}" for word in range(90)) for n in range(1000)}
    start = time.process_time()

    assert groups(answers) == ()
    assert time.process_time() - start < 20
