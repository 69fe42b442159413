"""What both networks' lines share."""

from __future__ import annotations

import pytest

from grader.checks import fcn
from grader.errors import Fault
from tests.grader.evidence.test_model import evidence
from tests.grader.slim import Edit

FC6, RATE = "h = self.drop6(F.relu(self.fc6(h)))", "self.drop7 = nn.Dropout2d(0.5)"
LET_GO = FC6, "h = F.relu(self.fc6(h))\n        self.drop6(h)"
OTHER_RATE = RATE, "self.drop7 = nn.Dropout2d(0.2)"


def said(*edits: Edit) -> str:
    """What is said of the dropouts."""
    with pytest.raises(Fault) as fault:
        fcn.check_line(evidence(*edits), "dropout")
    return fault.value.reason.text


@pytest.mark.slow
def test_a_dropout_that_is_let_go_of_is_told_beside_what_is_wrong_with_another() -> None:
    """In one loss."""
    found = said(LET_GO, OTHER_RATE)

    assert found.startswith("dropout rate 0.2 after fc7") and found.count(";") == 1
    assert "the dropout after fc6 does nothing: what it gives is not kept" in found


@pytest.mark.slow
def test_what_no_real_run_can_tell_hides_nothing() -> None:
    """A pass that fails in train mode is told as it was before."""
    fails = "h = self.upscore3(h)", "assert not self.training\n        h = self.upscore3(h)"

    assert "fails in train mode" in said(LET_GO, fails)
