"""What a method raises after it copied is its own slip where nothing that it is given can be the reason."""

from __future__ import annotations

import pytest

from grader.wall.values import SourceLine
from grader.wall.verbs import Failure
from grader.worker.at_last import is_own, takes_one


def failure(kind: str, line: int = 3) -> Failure:
    """What is raised on a line."""
    return Failure(SourceLine("cell 9", 1), kind, "no", SourceLine("cell 4", line))


def test_what_the_notebooks_own_calls_raise_too_is_own() -> None:
    """Also where it calls nothing; not what it does not raise, as where its VGG-16 has an attribute more."""
    found = failure("AttributeError")
    assert is_own(found, [])
    assert is_own(found, [failure("AttributeError")])
    assert not is_own(found, [failure("AttributeError"), None])
    assert not is_own(found, [failure("AttributeError", line=4)])
    assert not is_own(found, [failure("TypeError")])


@pytest.mark.parametrize("kind", ["AssertionError", "ValueError", "RuntimeError", "OSError"])
def test_what_values_and_machines_may_raise_is_not(kind: str) -> None:
    assert not is_own(failure(kind), [])


def test_a_method_is_given_what_it_asks_for_where_that_is_one_thing() -> None:
    assert takes_one(lambda self, vgg16: None)
    assert takes_one(lambda self, vgg16, deep=True: None)
    assert not takes_one(lambda self: None)
    assert not takes_one(lambda self, vgg16, *more: None)
    assert not takes_one(lambda self, vgg16, width: None)
