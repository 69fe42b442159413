"""Grad-CAM, which a course year may ask for beside class activation maps."""

from __future__ import annotations

import pytest

from grader.assignment import GRADCAM
from grader.checks import expect, reported
from grader.checks.form import check_dtype, check_shape
from grader.diagnosis.causes import because
from grader.errors import Blocked
from grader.evidence.case import Case
from grader.evidence.gradcam import GradEvidence
from grader.records.submission import SavedEvidence

__all__ = ["check_dtype", "check_shape"]


@pytest.fixture
def maps(case: Case) -> GradEvidence:
    """What gradCAM gives."""
    return case.gradcam


def check_weighted_sum(maps: GradEvidence) -> None:
    """The map is a layer's features, each times a weight made of its gradient, summed over channels."""
    assert maps.replies  # what it raises is told here; the other lines are blocked by it
    if maps.verdict is None and not maps.follows:
        help = "Compare your 7x7 map with the features' sum over channels, each times its gradient's mean."
        low, high = maps.extremes
        expect.fail(because("grad_sum.unknown", help=help, actual=f"values from {low:.4g} to {high:.4g}"))
    _no_fault(maps, "grad_sum")


def check_class_logit(maps: GradEvidence) -> None:
    """The gradient is that of the class's logit."""
    _no_fault(maps, "grad_logit")


def check_layer(maps: GradEvidence) -> None:
    """Features and gradients are those of the last convolutions."""
    _no_fault(maps, "grad_layer")


def check_averaged(maps: GradEvidence) -> None:
    """A channel's weight is the mean of its gradient over the map."""
    _no_fault(maps, "grad_mean")


def check_relu(maps: GradEvidence) -> None:
    """What speaks against the class is cut to 0."""
    _no_fault(maps, "grad_relu")


def check_normalise(maps: GradEvidence) -> None:
    """The map is stretched so that its minimum becomes 0 and its maximum 255."""
    verdict, (low, high) = maps.verdict, maps.extremes
    actual = f"values from {low:.4g} to {high:.4g}"
    if verdict is None:
        if not maps.follows:
            raise Blocked("the map can't be explained, see gradcam.weighted_sum")
        expect.fail(because("stretch.bent", expected="0 to 255", actual=actual))
    text = f"normalisation: {verdict.stretch}"
    wrong = because("stretch.way", text=text, got=verdict.stretch, expected="0 to 255", actual=actual)
    expect.that(not verdict.stretch, wrong)


def _no_fault(maps: GradEvidence, subject: str) -> None:
    """No wrong step of this kind gives the student's maps."""
    if maps.verdict is None:
        if maps.follows:
            return
        raise Blocked("the map can't be explained, see gradcam.weighted_sum")
    for step in maps.verdict.faults:
        if step.cause.startswith(f"{subject}."):
            expect.fail(step.reason)


def check_reported_figures(saved: SavedEvidence) -> None:
    """The map is shown in the notebook."""
    reported.figures(saved, GRADCAM)
