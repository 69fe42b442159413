"""What intake read otherwise is charged: a name costs less than code that can't be run."""

from __future__ import annotations

from grader.mending.read import charged
from grader.records.grade import CheckResult, Outcome
from grader.records.reason import Place, Reason
from grader.records.submission import Chunk, Module, Slice, Slip

PLACE = Place("cell 4", 2)
SYNTAX = Slip("returnCAM", "code.syntax", PLACE, "SyntaxError: x", "`:` added")
NAME = Slip("returnCAM", "code.name", PLACE, "the function is called cam", "cam read as returnCAM")
LINES = ("cam.weighted_sum", "cam.inputs_kept", "cam.dtype")
PASSED = {id: CheckResult(id, Outcome.PASSED) for id in LINES}


def test_a_fault_says_what_was_found_and_what_it_was_read_as() -> None:
    """At its place, on one line."""
    found = charged(PASSED, [SYNTAX], Slice())

    assert [found[id].outcome for id in LINES] == [Outcome.FAILED, Outcome.PASSED, Outcome.PASSED]
    assert found[LINES[0]].reason.text == "SyntaxError: x. Judged as if mended: `:` added"
    assert found[LINES[0]].reason.place == PLACE


def test_each_slip_is_paid_for_by_its_line() -> None:
    """Both, where there are two."""
    found = charged(PASSED, [SYNTAX, NAME], Slice())
    assert [found[id].outcome for id in LINES] == [Outcome.FAILED, Outcome.FAILED, Outcome.PASSED]


def test_a_line_that_has_another_fault_tells_both() -> None:
    """One that is left to a person stays so."""
    failed = CheckResult("cam.weighted_sum", Outcome.FAILED, Reason("not weighted"))
    left = CheckResult("cam.inputs_kept", Outcome.ERROR, Reason("a library"))

    found = charged({failed.id: failed, left.id: left}, [SYNTAX, NAME], Slice())

    assert found[failed.id].reason.text == "not weighted; SyntaxError: x. Judged as if mended: `:` added"
    assert found[left.id] is left


def test_a_slip_in_a_step_is_paid_for_by_its_line() -> None:
    """The first line that the function is asked about pays where no step is taken."""
    source = "def returnCAM(f, w, i):\n    return np.uint8(f)"
    slice = Slice(modules=(Module("submission", (Chunk("cell 4", 1, source),)),))

    found = charged(PASSED, [SYNTAX], slice)

    assert [found[id].outcome for id in LINES] == [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED]
