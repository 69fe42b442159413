from __future__ import annotations

import pytest

from grader.evidence.weighed import Weighed, weighed
from grader.network import budget
from tests.grader.evidence.test_model import evidence


def test_a_right_network_is_run_with_all_of_its_channels() -> None:
    """There is room for it."""
    assert weighed(evidence().read) == Weighed()


def test_what_takes_too_much_is_not_run_with_all_channels() -> None:
    """Maps of hundreds of millions of numbers take gigabytes, which both sides need."""
    found = weighed(evidence(("padding=100", "padding=2_000")).read)

    assert "more memory than a network is given" in found.why or "more arithmetic" in found.why


@pytest.mark.slow
def test_few_channels_bear_out_what_there_is_no_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they show wrong is told, and what they show right is kept."""
    monkeypatch.setattr("grader.evidence.weighed.MOST_ELEMENTS", 1000)
    monkeypatch.setattr(budget, "MAX_TOTAL", 1 << 40)
    found = evidence(("padding=100", "padding=99"))

    assert found.reduced and not found.is_reference and found.repeats
    assert set(found.findings) == {"conv1"} and found.unverified == ""
    assert not any(map(found.lacks, ("forward", "shape", "dropout", "gradients", "copy_features")))


@pytest.mark.slow
def test_few_channels_that_do_otherwise_bear_out_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording alone is no evidence."""
    monkeypatch.setattr("grader.evidence.weighed.MOST_ELEMENTS", 1000)
    crop = "return h[:, :, 31:31 + x.size(2), 31:31 + x.size(3)]"
    found = evidence(("padding=100", "padding=99"), (crop, f"y = {crop[7:]}; return y if y.is_meta else -y"))

    assert found.reduced and "gives something else" in found.unverified


@pytest.mark.slow
def test_maps_that_are_large_for_no_fault_are_run_with_all_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or not at all: what fewer channels do is no evidence for all of them where nothing is paid."""
    monkeypatch.setattr("grader.evidence.weighed.MOST_ELEMENTS", 1000)
    monkeypatch.setattr(budget, "MAX_TOTAL", 1 << 40)
    found = evidence()

    assert found.weighed.why and not found.reduced
    assert found.is_reference
