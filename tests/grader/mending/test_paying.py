"""What was mended is paid for where the same fault is told."""

from __future__ import annotations

from grader.diagnosis.causes import because
from grader.mending.paying import ROOM, blocked, showing, unseen
from grader.records.grade import CheckResult, Outcome
from grader.records.submission import Slice

SOURCE = because("skip.source", pool="pool4", got="pool3")
POOL = because("pool.extra", after="conv5_3")
PADDED = because("layer.padding", layer="fc6", got=3, want=0)
BIASED = because("layer.bias", layer="upscore1", got="True", want="False")
SIZE = (64, 76)
RESULTS = {
    "fcn8s.pools": CheckResult("fcn8s.pools", Outcome.FAILED, POOL),
    "fcn8s.skips": CheckResult("fcn8s.skips", Outcome.FAILED, SOURCE),
    "fcn8s.crop": CheckResult("fcn8s.crop", Outcome.BLOCKED, SOURCE),
}


def test_the_line_that_tells_the_fault_pays() -> None:
    """The first of the causes that is found, by what it begins with."""
    assert showing("FCN8s", ("skip.", "pool."), RESULTS, SIZE) == "fcn8s.skips"
    assert showing("FCN8s", ("pool", "skip."), RESULTS, SIZE) == "fcn8s.pools"


def test_no_line_pays_that_tells_another_fault() -> None:
    """Nor one of another network, nor one that is blocked alone."""
    assert showing("FCN8s", ("layer.",), RESULTS, SIZE) == ""
    assert showing("FCN8s", (), RESULTS, SIZE) == ""
    assert showing("FCN32s", ("skip.",), RESULTS, SIZE) == ""
    assert showing("FCN8s", ("skip.",), {"fcn8s.crop": RESULTS["fcn8s.crop"]}, SIZE) == ""


def test_the_layer_that_leaves_no_room_pays() -> None:
    """And none whose fault leaves a skip as much room as it had."""
    lines = {
        "fcn8s.upscores": CheckResult("fcn8s.upscores", Outcome.FAILED, BIASED),
        "fcn8s.fc6": CheckResult("fcn8s.fc6", Outcome.FAILED, PADDED),
    }

    assert showing("FCN8s", (ROOM,), lines, SIZE) == "fcn8s.fc6"
    assert showing("FCN8s", (ROOM,), {"fcn8s.upscores": lines["fcn8s.upscores"]}, SIZE) == ""
    assert (
        showing("FCN8s", (ROOM, "layer."), {"fcn8s.upscores": lines["fcn8s.upscores"]}, SIZE)
        == "fcn8s.upscores"
    )
    assert showing("FCN32s", (ROOM,), lines, SIZE) == ""  # the lines are another network's


def test_the_weights_of_a_sum_that_nobody_wrote_are_not_seen() -> None:
    """What stands in for a sum takes no class's weights; a line that is lost stays lost."""
    lines = unseen(Slice(), "returnCAM")
    results = {
        line: CheckResult(line, outcome)
        for line, outcome in (("cam.class_weights", Outcome.PASSED), ("cam.dtype", Outcome.PASSED))
    }
    lost = {"cam.class_weights": CheckResult("cam.class_weights", Outcome.FAILED)}

    assert (set(lines), set(unseen(Slice(), "FCN8s"))) == ({"cam.class_weights"}, set())
    assert [one.outcome for one in blocked(results, lines).values()] == [Outcome.BLOCKED, Outcome.PASSED]
    assert blocked(lost, lines) == lost
