"""A number stands with the words that go with it."""

from __future__ import annotations

import pytest

from grader.plurals import article, plural


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 faults cost"), (1, "1 fault costs"), (2, "2 faults cost")]
)
def test_one_is_told_from_none_and_many(count: int, said: str) -> None:
    assert plural(count, "fault costs", "faults cost") == said


@pytest.mark.parametrize(
    "told", ["a dict", "an OrderedDict", "an int", "an ndarray", "a NoneType", "a tuple"]
)
def test_a_thing_has_its_article(told: str) -> None:
    assert article(told.split()[1]) == told
