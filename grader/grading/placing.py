"""Where a fault is shown: the line of the student's own code that stands beside its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.assignment import NETWORKS
from grader.intake.code.definitions import home, wanted
from grader.intake.code.making import made_wrong
from grader.intake.code.preparing import in_the_cell
from grader.intake.code.showing import copying, shown
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Place, Reason
from grader.records.submission import Submission
from reference.architecture import VGG_CONVS


def at_home(result: CheckResult, submission: Submission) -> CheckResult:
    """Give a fault the line that shows it, else the one it was found at, else where its subject is defined,
    or should be."""
    if result.outcome is not Outcome.FAILED:
        return result
    slice, texts, reason = submission.slice, submission.texts, result.reason
    place = (
        in_the_cell(slice, reason.cause)
        or shown(slice, result.id, reason.cause)
        or _copied_at(result, submission)
        or reason.place
        or home(slice, result.id)
        or wanted(texts, slice, result.id)
    )
    return replace(result, reason=replace(reason, place=place))


def _copied_at(result: CheckResult, submission: Submission) -> Place | None:
    """The line that copies, where nothing tells it but the cell that calls it."""
    place, cause = result.reason.place, result.reason.cause
    network = NETWORKS.get(result.id.partition(".")[0])
    if network is not None and cause is not None and cause.id == "copy.source" and place is None:
        return copying(submission.slice, network.name)
    if network is None or cause is None or cause.id != "copy.missing" or place is None:
        return None
    if " raises " in result.reason.text.partition(": ")[0]:
        return None
    rows = submission.texts.get(place.label, "").split("\n")
    row = rows[place.line - 1] if 0 < place.line <= len(rows) else ""
    calls = "vgg" in row.lower() or ".to(" in row or f"{network.name}(" in row
    calls |= result.id.endswith("features") and _leaves_out_all(result.reason)
    return copying(submission.slice, network.name) if calls and "def " not in row else None


def _leaves_out_all(reason: Reason) -> bool:
    """Whether no convolution was copied at all: the line that was found is one of another layer's."""
    missing = reason.cause is not None and all(one.id == "copy.missing" for one in reason.cause.each)
    return missing and reason.expected.count(".weight") == len(VGG_CONVS)


def quoting(result: CheckResult, texts: Mapping[str, str]) -> CheckResult:
    """Move a place to the line where the fault was made, and add the student's own code."""
    network = NETWORKS.get(result.id.partition(".")[0])
    place = made_wrong(result.reason, texts, network.name if network else "")
    lines = texts.get(place.label, "").replace("\r\n", "\n").replace("\r", "\n").split("\n") if place else []
    if place is None:
        return result
    code = lines[place.line - 1].strip()[:300] if 0 < place.line <= len(lines) else place.code
    quoted = Place(place.label, place.line, code)
    return replace(result, reason=replace(result.reason, place=quoted))
