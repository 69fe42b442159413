"""Which line pays for a finding."""

from __future__ import annotations

from grader.diagnosis.payers import line_of
from grader.records.reason import Reason


def payer_of(finding: Reason, skips: bool = True) -> str | None:
    """The line that pays for a finding, which must have a cause."""
    assert finding.cause is not None
    return line_of(finding.cause, skips)
