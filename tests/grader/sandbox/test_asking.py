"""A request is sent with its number, and its answer is a reply or says whose fault there is none."""

from __future__ import annotations

import pytest

from grader.errors import GraderError, ProtocolError, StudentRaised, WorkerBroke
from grader.sandbox.asking import interpret, packed
from grader.wall.answers import Answer, Broken, Raised, Ready, Unfit
from grader.wall.verbs import Ping


def test_only_code_that_is_told_its_seconds_gets_them() -> None:
    """The worker stops what it was given seconds for."""
    assert packed(3, Ping()).header == {"id": 3, "verb": "ping", "args": {}}
    assert packed(3, Ping(), seconds=1.5).header["seconds"] == 1.5


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Raised(1, "KeyError", "'x'", None, ""), StudentRaised),
        (Unfit(1, "no array", ""), ProtocolError),
        (Broken(1, "our own", ""), WorkerBroke),
        (Ready(1), ProtocolError),
    ],
)
def test_what_is_no_reply_says_whose_fault_that_is(answer: Answer, error: type[GraderError]) -> None:
    """The submission's, what it sent, or our own; an answer that answers nothing is none."""
    with pytest.raises(error):
        interpret(answer, {}, Ping())
