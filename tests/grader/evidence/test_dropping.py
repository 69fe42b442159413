"""In train mode a right network with all of its channels is the reference's, whatever it was with few."""

from __future__ import annotations

import pytest

from grader.evidence.confirmed import Confirmed
from grader.network import narrow
from tests.grader.evidence.test_model import evidence
from tests.grader.in_process import InProcess
from tests.grader.slim import SLIM
from tests.share import every

UPSCORE = "h = self.upscore1(h)"
VALUES = (
    ("self.drop6 = nn.Dropout2d(0.5)", "self.drop6 = nn.Dropout(0.5)"),
    ("self.drop7 = nn.Dropout2d(0.5)", "self.drop7 = nn.Dropout(0.5)"),
)


@pytest.mark.slow
@pytest.mark.parametrize("network", every(3, SLIM))
def test_the_reference_does_not_differ(network: str) -> None:
    """Nor does one that drops single values, which is open in the assignment, or both ways."""
    assert evidence(network=network).learns_otherwise == ""
    assert evidence(*VALUES, network=network).learns_otherwise == ""
    assert evidence(VALUES[1], network=network).learns_otherwise == ""


@pytest.mark.slow
def test_another_network_with_all_of_its_channels_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is the reference's network with few channels and on the meta device."""
    monkeypatch.setattr(narrow, "MANY", 16)
    right = "x.is_meta or not self.training or self.score.weight.shape[1] < 24"
    found = evidence((UPSCORE, f"h = self.upscore1(h) if {right} else 2 * self.upscore1(h)"))

    assert found.is_reference and found.confirmed == Confirmed()
    assert found.learns_otherwise.startswith("in train mode, for an input (1, 3, ")


@pytest.mark.parametrize("real", every(2, ["h", "F.dropout2d(h, 0.4, self.training)"]))
def test_another_dropout_than_is_claimed_shows(real: str) -> None:
    """One that is only there on the meta device, one of another rate."""
    odd = f"h = F.relu(self.fc7(h)); h = self.drop7(h) if x.is_meta else {real}"
    found = evidence(("h = self.drop7(F.relu(self.fc7(h)))", odd))

    assert found.is_reference
    assert found.learns_otherwise.startswith("in train mode")


def test_it_is_one_pass_of_the_model_that_was_challenged() -> None:
    """Nothing is built or filled for it, and the trunk is not computed again."""
    found = evidence()
    found.response, found.train_trace
    student, known = found.subject.student, set(found.evaluator._values)
    assert isinstance(student, InProcess)
    student.asked.clear()

    assert found.learns_otherwise == "" and student.asked == ["run"]
    assert set(found.evaluator._values) == known
