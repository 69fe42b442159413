"""What was mended is paid for where the same fault is told."""

from __future__ import annotations

from grader.diagnosis.causes import because
from grader.mending.paying import showing
from grader.records.grade import CheckResult, Outcome

SOURCE = because("skip.source", pool="pool4", got="pool3")
POOL = because("pool.extra", after="conv5_3")
RESULTS = {
    "fcn8s.pools": CheckResult("fcn8s.pools", Outcome.FAILED, POOL),
    "fcn8s.skips": CheckResult("fcn8s.skips", Outcome.FAILED, SOURCE),
    "fcn8s.crop": CheckResult("fcn8s.crop", Outcome.BLOCKED, SOURCE),
}


def test_the_line_that_tells_the_fault_pays() -> None:
    """The first of the causes that is found, by what it begins with."""
    assert showing("FCN8s", ("skip.", "pool."), RESULTS) == "fcn8s.skips"
    assert showing("FCN8s", ("pool", "skip."), RESULTS) == "fcn8s.pools"


def test_no_line_pays_that_tells_another_fault() -> None:
    """Nor one of another network, nor one that is blocked alone."""
    assert showing("FCN8s", ("layer.",), RESULTS) == ""
    assert showing("FCN8s", (), RESULTS) == ""
    assert showing("FCN32s", ("skip.",), RESULTS) == ""
    assert showing("FCN8s", ("skip.",), {"fcn8s.crop": RESULTS["fcn8s.crop"]}) == ""
