"""How a check says no: each function returns when the submission is right and raises Fault when it is not.

In a check, `expect.*` means that the submission is wrong; `assert` means that the grader is.
"""

from __future__ import annotations

from typing import NoReturn

from grader.errors import Fault
from grader.records.reason import Place, Reason


def fail(
    rationale: str, *, help: str = "", expected: str = "", actual: str = "", where: Place | None = None
) -> NoReturn:
    """The submission is wrong."""
    raise Fault(Reason(rationale, help, expected, actual, where))


def that(
    condition: bool,
    rationale: str,
    *,
    help: str = "",
    expected: str = "",
    actual: str = "",
    where: Place | None = None,
) -> None:
    """The condition holds; `rationale` says what is wrong where it does not."""
    if not condition:
        fail(rationale, help=help, expected=expected, actual=actual, where=where)
