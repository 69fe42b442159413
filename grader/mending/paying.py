"""The line that what was mended costs: the one that tells the same fault of the mended code, if one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.assignment import PART_OF
from grader.diagnosis.room import crowding
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Cause
from reference.architecture import fcn8s, fcn32s

ROOM = "room"  # in the place of a cause: a layer's fault that leaves the crops no room
ARCHITECTURES = {"fcn32s": fcn32s(), "fcn8s": fcn8s()}  # by part


def showing(
    target: str, causes: Sequence[str], results: Mapping[str, CheckResult], sizes: Sequence[int]
) -> str:
    """Return the line of a network that was lost for the first of some causes; "" if none was.

    `sizes` are rows and columns of the input that the network was tried with.
    """
    part = PART_OF[target]
    lost = list(_lost(part, results))
    for wanted in causes:
        for line, cause in lost:
            if cause.id.startswith(wanted):
                return line
        if wanted == ROOM and part in ARCHITECTURES:
            spoilt = crowding(ARCHITECTURES[part], [cause for _, cause in lost], sizes)
            return next((line for line, cause in lost if cause == spoilt), "")
    return ""


def _lost(part: str, results: Mapping[str, CheckResult]) -> Iterator[tuple[str, Cause]]:
    """Yield every cause for which a line of a part was lost."""
    for line, result in results.items():
        if line.startswith(f"{part}.") and result.outcome is Outcome.FAILED and result.reason.cause:
            yield from ((line, cause) for cause in result.reason.cause.each)
