from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.fuzzing import TARGETS, crashes
from fixtures.fuzzing.wall import ANSWERS
from grader.wall import verbs
from grader.wall.answers import read_value
from grader.wall.verbs import OfModel, Request


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes_are_read_or_refused(target: str) -> None:
    """No reader of what others wrote raises anything but what its callers expect."""

    @settings(
        max_examples=TARGETS[target].examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        TARGETS[target].check(data.draw(TARGETS[target].data))

    check()


def test_the_answer_to_every_verb_is_fuzzed() -> None:
    """A new verb needs a good answer there, one that is read as such."""
    kinds: set[type[Request[Any]]] = {
        kind
        for kind in vars(verbs).values()
        if isinstance(kind, type) and issubclass(kind, Request) and kind not in (Request, OfModel)
    }

    assert {type(request) for request, _ in ANSWERS} == kinds
    for request, value in ANSWERS:
        assert type(read_value(value, request)) is verbs.reply(type(request))


@pytest.mark.parametrize(("target", "data"), [(name, data) for name in TARGETS for data in crashes(name)])
def test_what_once_broke_a_reader_does_not_again(target: str, data: bytes) -> None:
    """Every crash that fuzzing found stays a test."""
    TARGETS[target].check(data)
