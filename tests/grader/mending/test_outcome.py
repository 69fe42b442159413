"""What was mended is charged to the lines that pay for it."""

from __future__ import annotations

from grader.diagnosis.causes import because
from grader.mending.outcome import Mended
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Reason
from grader.records.submission import Slice


def test_a_mend_is_paid_for_by_one_line() -> None:
    """And not where the line is left to a person anyway."""
    reason = Reason("self.fc_6 ...")
    results = {name: CheckResult(name, Outcome.PASSED) for name in ("fcn32s.build", "fcn32s.fc6")}
    results["fcn8s.build"] = CheckResult("fcn8s.build", Outcome.ERROR)

    charged = Mended(Slice(), {"FCN32s": reason, "FCN8s": reason}).charged(results)

    assert [charged[name].outcome for name in charged] == [Outcome.FAILED, Outcome.PASSED, Outcome.ERROR]
    assert charged["fcn32s.build"].reason is reason


def test_what_waits_for_what_was_not_written_is_the_same_fault() -> None:
    """One sentence, with its whole price."""
    results = {
        "fcn8s.build": CheckResult("fcn8s.build", Outcome.FAILED, Reason("NameError")),
        "fcn8s.conv1": CheckResult(
            "fcn8s.conv1", Outcome.BLOCKED, Reason("FCN8s can't be run, see fcn8s.build")
        ),
    }
    reason = Reason("FCN8s was not written")

    charged = Mended(Slice(), {"FCN8s": reason}).charged(results)

    assert {(one.outcome, one.reason.text) for one in charged.values()} == {(Outcome.FAILED, reason.text)}


def test_what_was_left_out_is_paid_by_the_layer_that_shows_it() -> None:
    """Its own fault comes first, and no other line pays for what follows from it."""
    groups = because("layer.groups", layer="upscore", got=12, want=1)
    results = {
        "fcn32s.build": CheckResult("fcn32s.build", Outcome.PASSED),
        "fcn32s.upscore": CheckResult("fcn32s.upscore", Outcome.FAILED, groups),
    }
    slip = because("code.slip", text="a kernel of another shape", wrong="left out", kind="RuntimeError")

    mended = Mended(
        Slice(), {"FCN32s": slip}, left=frozenset({"FCN32s"}), shown={"FCN32s": ("layer.groups",)}
    )
    charged = {**results, **mended.charged(results)}

    assert charged["fcn32s.build"].outcome is Outcome.PASSED
    assert charged["fcn32s.upscore"].reason.text == f"{groups.text}; {slip.text}"
