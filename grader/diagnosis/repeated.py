"""The same fault of many blocks, made by one line of code: it is one fault, which the first of them pays."""

from __future__ import annotations

from collections.abc import Mapping

from grader.diagnosis.payers import LineName
from grader.records.reason import Cause, Reason

BLOCKS: tuple[LineName, ...] = ("conv1", "conv2", "conv3", "conv4", "conv5")
ENOUGH = 3  # blocks: two of a table's entries may be wrong each for itself
LAYERS = ("layer", "after", "block")  # parameters that tell where a fault is, and not what it is


def at_once(by_line: Mapping[LineName, list[Reason]]) -> dict[LineName, list[Reason]]:
    """Return the findings with those of one line of code, that are alike in many blocks, under the first."""
    found = {line: list(reasons) for line, reasons in by_line.items()}
    for kind in dict.fromkeys(_kind(reason) for line in BLOCKS for reason in found.get(line, [])):
        paying = [line for line in BLOCKS if any(_kind(reason) == kind for reason in found.get(line, []))]
        for line in paying[1:] if kind is not None and len(paying) >= ENOUGH else ():
            found[paying[0]] += [reason for reason in found[line] if _kind(reason) == kind]
            found[line] = [reason for reason in found[line] if _kind(reason) != kind]
    return {line: reasons for line, reasons in found.items() if reasons}


def _kind(reason: Reason) -> tuple[Cause, str, int] | None:
    """What a fault is, whichever layer has it, and where it was made; None where that isn't known."""
    if reason.cause is None or reason.place is None:
        return None
    what = {name: value for name, value in reason.cause.parameters.items() if name not in LAYERS}
    return Cause(reason.cause.id, what), reason.place.label, reason.place.line
