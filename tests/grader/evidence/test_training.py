"""What a training run is worth: thresholds, a second run after a near miss, and what needs no run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.checks.training import judge
from grader.errors import Blocked, Fault, Pending, Unverified
from grader.evidence.curves import drawn
from grader.evidence.training import TrainingEvidence
from grader.records.submission import SavedEvidence, Slice
from grader.rubric import Scale
from grader.training import certify
from grader.training.bands import Calibration
from grader.training.results import Run
from tests.grader.evidence.learning import BANDS, COUNTING, KNOWN, evidence, ran


def test_a_figure_that_reaches_its_threshold_earns_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above it for accuracy, below it for the loss; one run is enough."""
    found = evidence(monkeypatch, ran(0.61, loss=1.19))

    judge(found, "accuracy")
    judge(found, "loss")


def test_a_near_miss_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """On other pictures; the better run counts."""
    judge(evidence(monkeypatch, ran(0.58), ran(0.7)), "accuracy")

    with pytest.raises(Fault, match="pixel accuracy on pictures it never saw went from"):
        judge(evidence(monkeypatch, ran(0.58), ran(0.59)), "accuracy")


def test_a_far_miss_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is expected stands beside what came out, with the spread and the number of seeds."""
    with pytest.raises(Fault) as raised:
        judge(evidence(monkeypatch, ran(0.3)), "accuracy")

    assert raised.value.reason.expected == "at least 0.600; right models reach 0.800 ± 0.050 (12 seeds)"
    assert raised.value.reason.actual == "validation 0.300, test 0.300"


def test_the_reference_itself_is_never_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that computes what the reference computes had bad luck: a second run, then a person."""
    judge(evidence(monkeypatch, ran(0.2), ran(0.7), right=True), "accuracy")

    with pytest.raises(Unverified, match="computes what the reference computes, and yet"):
        judge(evidence(monkeypatch, ran(0.2), ran(0.2), right=True), "accuracy")


def test_steps_far_under_their_arithmetic_are_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the reference's network it is known how long a step takes at least; a hundredth is not believed."""
    with pytest.raises(Unverified, match=r"a training step took 0.01 s, its arithmetic alone takes 1 s"):
        judge(evidence(monkeypatch, replace(ran(0.7), step_seconds=0.01), right=True), "accuracy")

    judge(evidence(monkeypatch, replace(ran(0.7), step_seconds=0.01)), "accuracy")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"findings": {"conv1": [], "crop": []}}, "in 4 steps, see fcn8s.conv1 and fcn8s.crop$"),
        ({"cut": ["conv1_1.weight"]}, "in 4 steps, see fcn8s.gradients$"),
    ],
)
def test_what_another_line_charges_is_no_second_fault(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], words: str
) -> None:
    """A network that a known fault keeps from learning has one fault; the run names its line."""
    with pytest.raises(Blocked, match=words):
        judge(evidence(monkeypatch, ran(0.1), **how), "accuracy")


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            ran(0.1, broke="the training loss became nan in epoch 1"),
            "broke off: the training loss became nan",
        ),
        (ran(0.1, classes=(1, 1)), "does not learn: it says `facade` of every pixel"),
        (ran(0.1), r"in 4 steps"),
    ],
)
def test_every_way_to_fail_has_its_words(monkeypatch: pytest.MonkeyPatch, run: Run, words: str) -> None:
    """Divergence, one class for all, and learning too little are different faults."""
    with pytest.raises(Fault, match=words):
        judge(evidence(monkeypatch, run), "accuracy")


def test_a_figure_without_a_threshold_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss of the course's own recipe was never recorded."""
    with pytest.raises(Pending, match="is not known"):
        judge(evidence(monkeypatch, ran(0.7)), "iou")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"plan": None}, "was not trained in this run"),
        ({"known": None}, "has not been calibrated"),
        ({"known": Calibration({"name": "tiny"}, "here", 12, BANDS, {})}, "calibrated before it was changed"),
    ],
)
def test_without_thresholds_nothing_is_judged(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], words: str
) -> None:
    """Not trained, not calibrated, or calibrated for another recipe: the line waits."""
    with pytest.raises(Pending, match=words):
        judge(evidence(monkeypatch, **how), "accuracy")


PROVED: dict[str, Any] = {"right": True, "proving": Slice()}


def test_a_network_that_is_proved_to_learn_is_not_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lines are earned without a run."""
    monkeypatch.setattr(certify, "differs", lambda *_: "")
    found = evidence(monkeypatch, **PROVED)

    judge(found, "accuracy")
    judge(found, "loss")
    assert found.unproved == ""


def test_a_proof_needs_no_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody measured right models, there is no picture of them; the lines are earned."""
    monkeypatch.setattr(certify, "differs", lambda *_: "")
    found = evidence(monkeypatch, known=None, **PROVED)

    assert drawn(found, SavedEvidence()) == []
    judge(found, "loss")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"right": True}, "no proof was asked for"),
        ({**PROVED, "right": False}, "FCN8s isn't the reference's network"),
        ({**PROVED, "proving": COUNTING}, "`global` (cell 1, line 2)"),
        ({**PROVED, "odd": "it takes other steps"}, "it takes other steps"),
        ({**PROVED, "wide": "in train mode"}, "in train mode"),
        (PROVED, "the gradient of fc6.weight differs"),
    ],
)
def test_every_other_one_is(monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], why: str) -> None:
    """Not asked, not right, code that may change, another output or gradient: that is why it is trained."""
    monkeypatch.setattr(certify, "differs", lambda *_: "the gradient of fc6.weight differs")
    found = evidence(monkeypatch, ran(0.61, loss=1.19), **how)

    judge(found, "accuracy")
    assert found.unproved == why


SLOPE = Scale(((0.5, 0.0), (0.7, 100.0)), linear=True)


def scaled(monkeypatch: pytest.MonkeyPatch, *runs: Run, **how: Any) -> TrainingEvidence:
    """Evidence where the accuracy of this plan earns a share."""
    found = evidence(monkeypatch, *runs, **how)
    found.scales = {"accuracy": SLOPE}
    return found


@pytest.mark.parametrize("known", [KNOWN, None])
def test_a_years_own_cut_offs_count(monkeypatch: pytest.MonkeyPatch, known: Calibration | None) -> None:
    """The better of two runs; thresholds that were measured aren't asked, and right models are shown."""
    found = scaled(monkeypatch, ran(0.55), ran(0.65), known=known)
    with pytest.raises(Fault) as caught:
        judge(found, "accuracy")

    assert caught.value.share == pytest.approx(0.75)
    assert caught.value.reason.actual == "validation 0.650, test 0.650: 75 % of the points"
    shown = "; right models reach 0.800 ± 0.050 (12 seeds)" if known else ""
    assert caught.value.reason.expected == f"0 % from 0.5, 100 % from 0.7 on a line between them{shown}"
    judge(scaled(monkeypatch, ran(0.7)), "accuracy")


def test_a_share_of_a_fault_paid_elsewhere_is_earned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is blocked, and names the line that pays."""
    found = scaled(monkeypatch, ran(0.6), ran(0.6), findings={"crop": []})
    with pytest.raises(Blocked) as caught:
        judge(found, "accuracy")
    assert caught.value.share == pytest.approx(0.5)


def test_the_reference_itself_waits_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is missing."""
    with pytest.raises(Unverified):
        judge(scaled(monkeypatch, ran(0.69), ran(0.69), right=True), "accuracy")
