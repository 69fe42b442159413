"""Claims beside logs and recorded runs: what differs is said, and nobody is accused."""

from __future__ import annotations

import pytest

from grader import profiles
from grader.intake.claims.held import RECORDED, held
from grader.records.submission import Claim, Epoch, TrainingRun

CLAIMS = profiles.load("ece176-2026").claims
PRETRAINED = (Epoch(0.5, 0.6787, 0.3808), Epoch(0.4, 0.66, 0.37))
RUNS = (
    TrainingRun("cell 7", "fcn32s", False, (Epoch(2.4, 0.3431, 0.02859), Epoch(1.9, 0.3475, 0.03035))),
    TrainingRun("cell 10", "fcn32s", True, PRETRAINED, 0.671, 0.3695),
    TrainingRun("cell 14", "fcn8s", True, (Epoch(0.3, 0.7397, 0.4821),)),
)  # fmt: skip
RIGHT = "{'Q1': 0.3475, 'Q2': 0.0303, 'Q3': 0.671, 'Q4': 0.3808, 'Q5': 0.74, 'Q6': 48.2}"


def found(text: str, runs: tuple[TrainingRun, ...] = RUNS) -> dict[str, Claim]:
    assert CLAIMS is not None
    return {claim.key: claim for claim in held(CLAIMS, text, runs)}


def test_what_the_logs_say_holds() -> None:
    """The best epoch's figure, the last one's or that of the test, rounded or cut off."""
    claims = found(RIGHT)

    assert all(claim.holds for claim in claims.values()), claims
    assert claims["Q4"].said == "As the log of cell 10 says."


def test_a_claim_that_differs_is_told_with_the_log() -> None:
    """Both numbers, and the cell."""
    claim = found(RIGHT.replace("0.3808", "0.3901"))["Q4"]

    assert not claim.holds
    assert claim.said == "Claimed 0.3901, the log of cell 10 says 0.3695."
    assert (claim.claimed, claim.logged, claim.label) == (0.3901, 0.3695, "cell 10")


def test_a_figure_under_the_wrong_key_is_recognised() -> None:
    """Accuracy for IoU, or the other network's."""
    said = found(RIGHT.replace("'Q4': 0.3808", "'Q4': 0.6787"))["Q4"].said

    assert "It is the pixel accuracy of FCN-32s from pretrained VGG-16." in said


def test_a_claim_without_a_log_has_no_run_behind_it() -> None:
    """The notebook holds no log of that network with that start."""
    claim = found(RIGHT, RUNS[:2])["Q6"]

    assert claim.said == "Claimed 0.482: no run behind it, the notebook holds no such log."
    assert claim.logged is None and not claim.holds


def test_what_no_right_run_reaches_is_told_though_a_log_says_it() -> None:
    """A log is a claim, too."""
    run = TrainingRun("cell 14", "fcn8s", True, (Epoch(0.3, 0.95, 0.9),))
    claim = found(RIGHT.replace("48.2", "90").replace("0.74", "0.95"), (*RUNS[:2], run))["Q6"]

    assert "As the log of cell 14 says." in claim.said
    assert "outside of what right runs reach: 4 recorded ones ended between 0.4739 and 0.4852." in claim.said
    assert not claim.holds


@pytest.mark.parametrize("key", RECORDED)
def test_recorded_runs_are_within_reach(key: tuple[str, bool, str]) -> None:
    """And a run a little beside them, since they are few."""
    band = RECORDED[key]

    assert band.reaches(band.low) and band.reaches(band.high)
    assert band.reaches(band.high + 0.9 * band.beyond) and not band.reaches(2 * band.high)
    assert "between" in str(band) or f"at {band.low:g}" in str(band)


@pytest.mark.parametrize(
    ("text", "words"), [("", "does not hold it"), ("Q1:", "it is empty"), ("Q1: x", "but 'x'")]
)
def test_what_is_not_claimed_is_told(text: str, words: str) -> None:
    """No key, no number."""
    claim = found(text)["Q1"]

    assert words in claim.said and claim.claimed is None and not claim.holds
