"""The line that what was mended costs: the one that tells the same fault of the mended code, if one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.assignment import PART_OF
from grader.records.grade import CheckResult, Outcome


def showing(target: str, causes: Sequence[str], results: Mapping[str, CheckResult]) -> str:
    """Return the line of a network that was lost for the first of some causes; "" if none was."""
    part = PART_OF[target]
    lost = [
        (line, cause.id)
        for line, result in results.items()
        if line.startswith(f"{part}.") and result.outcome is Outcome.FAILED and result.reason.cause
        for cause in result.reason.cause.each
    ]
    return next((line for wanted in causes for line, found in lost if found.startswith(wanted)), "")
