"""How a check says no: each function returns when the submission is right and raises Fault when it is not.

In a check, `expect.*` means that the submission is wrong; `assert` means that the grader is.
"""

from __future__ import annotations

from typing import NoReturn

from grader.diagnosis import payers
from grader.diagnosis.payers import LineName
from grader.errors import Fault
from grader.records.reason import Reason


def fail(reason: Reason) -> NoReturn:
    """The submission is wrong."""
    raise Fault(reason)


def that(condition: bool, reason: Reason) -> None:
    """The condition holds; `reason` says what is wrong where it does not."""
    if not condition:
        fail(reason)


def charge(line: LineName, reason: Reason, skips: bool = True) -> None:
    """A line pays for what is wrong, unless the table of payers says that another one does."""
    assert reason.cause is not None
    if payers.excuses(reason.cause, line):
        return
    assert payers.line_of(reason.cause, skips) in (line, None), f"{line} does not pay for {reason.cause}"
    fail(reason)
