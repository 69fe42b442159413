"""What intake read otherwise than it was written: each target's fault, charged to its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.diagnosis.causes import because, merge
from grader.diagnosis.payers import MISNAMED, STOPPED
from grader.mending import charging
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Reason
from grader.records.submission import Slice, Slip

NAME = "code.name"


def charged(
    results: Mapping[str, CheckResult], slips: Iterable[Slip], slice: Slice
) -> dict[str, CheckResult]:
    """The results of checks with each slip paid for; a name costs less than code that can't be run."""
    found = dict(results)
    for slip in slips:
        line = _line(slip, slice, results)
        if line in found and found[line].outcome not in (Outcome.PENDING, Outcome.ERROR):
            found[line] = failed(found[line], _reason(slip))
    return found


def _line(slip: Slip, slice: Slice, results: Mapping[str, CheckResult]) -> str:
    """The line that a slip costs: that of the step in which it is, if there is one."""
    if slip.cause == NAME:
        return MISNAMED[slip.target]
    lines = charging.paying(slice, slip.target, slip.place)
    return next((line for line in lines if line in results), STOPPED[slip.target])


def _reason(slip: Slip) -> Reason:
    text = f"{slip.told}. Judged as if mended: {slip.words}"
    return because(slip.cause, text=text, actual=slip.told, place=slip.place, words=slip.words)


def failed(result: CheckResult, reason: Reason) -> CheckResult:
    """The result with a fault more; what waited for another line now has a fault of its own."""
    own = [result.reason] if result.outcome == Outcome.FAILED else []
    return replace(result, outcome=Outcome.FAILED, reason=merge([*own, reason]))
