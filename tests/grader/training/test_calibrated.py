"""A plan is judged only where right models were measured by it, as it is now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.errors import Pending
from grader.training import plans
from grader.training.calibrated import calibrated
from grader.training.plans import Plan
from reference.architecture import FIRST_PADDING

SMOKE = plans.load()["smoke"]


def test_what_was_measured_is_known() -> None:
    """By the plan, over many seeds."""
    assert calibrated(SMOKE, FIRST_PADDING).seeds > 1


@pytest.mark.parametrize(
    ("plan", "padding", "why"),
    [
        (replace(SMOKE, name="of nobody"), FIRST_PADDING, "has not been calibrated"),
        (SMOKE, 150, "with padding 100 only"),
        (replace(SMOKE, epochs=99), FIRST_PADDING, "before it was changed"),
    ],
)
def test_what_was_not_is_pending(plan: Plan, padding: int, why: str) -> None:
    """Thresholds of another plan, or of another network, would be wrong here."""
    with pytest.raises(Pending, match=why):
        calibrated(plan, padding)
