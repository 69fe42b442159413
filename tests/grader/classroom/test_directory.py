"""People are found by any word of theirs."""

from __future__ import annotations

import pytest

from grader.classroom.directory import Key, bare_ids, directory, ids, loose_words, names, words
from grader.classroom.people import Person

JANE = Person("Doe, Jane", sis_id="007", email="Jane.Doe@x.edu", group="Group 1", submission="team9")
JOHN = Person("John Doe", sis_id="8", group="group1")
BOTH = directory((JANE, JOHN))


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (ids(Person(sis_id="007")), [JANE]),
        (ids(Person(sis_id="7")), []),
        (bare_ids(Person(sis_id="7")), [JANE]),
        (ids(Person(canvas_id="8")), []),
        (names(Person("jane doe")), [JANE]),
        (words("jane.doe"), [JANE]),
        (words("jane_doe"), []),
        (loose_words("jane_doe"), [JANE]),
        ([("group", "group1")], [JANE, JOHN]),
        ([("submission", "team9")], [JANE]),
        ([("name", "nobody")], []),
        ([("group", ""), ("submission", ""), ("word", ""), ("loose word", "")], []),
    ],
)
def test_each_kind_of_word_is_its_own(keys: list[Key], found: list[Person]) -> None:
    """A number of one kind is no number of another."""
    assert BOTH.of(keys) == found
