"""The line that what was mended costs: the one that tells the same fault of the mended code, if one does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.assignment import CAM, MAP, NETWORKS, PART_OF
from grader.diagnosis.room import crowding
from grader.mending import stepping
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Cause, Reason
from grader.records.submission import Slice
from reference.architecture import FIRST_PADDING

ROOM = "room"  # in the place of a cause: a layer's fault that leaves the crops no room
UNSEEN = "what it is about is not there, see cam.weighted_sum"


def unseen(slice: Slice, target: str) -> frozenset[str]:
    """Return the lines that show nothing where something of a target was left out: a class's weights, where
    no code takes them."""
    return frozenset(() if target != MAP or stepping.chooses(slice, MAP) else (f"{CAM}.class_weights",))


def blocked(results: Mapping[str, CheckResult], lines: Collection[str]) -> dict[str, CheckResult]:
    """Return results of which some lines can't be judged."""
    reason = Reason(UNSEEN)
    return {
        id: replace(one, outcome=Outcome.BLOCKED, reason=reason)
        if id in lines and one.outcome is Outcome.PASSED
        else one
        for id, one in results.items()
    }


def showing(
    target: str,
    causes: Sequence[str],
    results: Mapping[str, CheckResult],
    sizes: Sequence[int],
    padding: int = FIRST_PADDING,
) -> str:
    """Return the line of a network that was lost for the first of some causes; "" if none was.

    `sizes` are rows and columns of the input that the network was tried with, `padding` that of conv1_1 as
    the year wants it.
    """
    part = PART_OF[target]
    lost = list(_lost(part, results))
    for wanted in causes:
        spoilt = None
        if wanted == ROOM and part in NETWORKS:
            spoilt = crowding(NETWORKS[part].table(padding=padding), [cause for _, cause in lost], sizes)
        for line, cause in lost:
            if cause == spoilt or cause.id.startswith(wanted):
                return line
    return ""


def _lost(part: str, results: Mapping[str, CheckResult]) -> Iterator[tuple[str, Cause]]:
    """Yield every cause for which a line of a part was lost."""
    for line, result in results.items():
        if line.startswith(f"{part}.") and result.outcome is Outcome.FAILED and result.reason.cause:
            yield from ((line, cause) for cause in result.reason.cause.each)
