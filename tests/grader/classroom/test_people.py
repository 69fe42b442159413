"""People, and when two names or two ids are the same."""

from __future__ import annotations

import pytest

from grader.classroom.people import Person, exact, same_ids, squash, unmarked, unpadded


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Doe, Jane", "doe_jane", True),
        ("Zo\u00eb", "Zoe\u0308", True),
        ("Zo\u00eb", "Zoe", False),
        ("\u0930\u092e\u093e", "\u0930\u093e\u092e", False),
        ("STRASSE", "Straße", True),
        ("\u0130pek", "i\u0307pek", True),
    ],
)
def test_names_keep_their_marks(one: str, other: str, same: bool) -> None:
    """Composed or not; a vowel sign is not a blank."""
    assert (squash(one) == squash(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (" JD7\u200b", "jd7", True),
        ("ann.a@x.edu", "anna@x.edu", False),
        ("u-1", "u1", False),
        ("1234.0", "1234", True),
        ("1234.0", "12340", False),
        ("007", "7", False),
        ("Jose\u0301@x", "jos\u00e9@x", True),
    ],
)
def test_every_character_of_an_id_that_is_seen_counts(one: str, other: str, same: bool) -> None:
    """Or one student would get another's grade."""
    assert (exact(one) == exact(other)) is same


@pytest.mark.parametrize(("id", "bare"), [("007", "7"), ("0", "0"), ("000", "0"), ("0a", "0a"), ("", "")])
def test_only_numbers_lose_zeros(id: str, bare: str) -> None:
    """As spreadsheets take them."""
    assert unpadded(id) == bare


def test_the_best_id_that_both_have_decides() -> None:
    """Canvas's own above all others; where they have none of one kind nobody knows."""
    one = Person(canvas_id="1", email="a@x")

    assert same_ids(one, Person(canvas_id="2", email="a@x")) is False
    assert same_ids(one, Person(canvas_id="1", email="b@x")) is True
    assert same_ids(one, Person(sis_id="1")) is None


def test_a_name_without_its_marks_is_that_of_a_file() -> None:
    assert unmarked(squash("García Márquez, Gabriel")) == "garciamarquezgabriel"
    assert unmarked(squash("Jane Doe")) == "janedoe"
