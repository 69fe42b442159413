"""What right models reach by a plan, where that was measured."""

from __future__ import annotations

from dataclasses import asdict

from grader.errors import Pending
from grader.records.reason import Reason
from grader.training import bands
from grader.training.bands import Calibration
from grader.training.plans import Plan
from reference.architecture import FIRST_PADDING


def calibrated(plan: Plan, padding: int) -> Calibration:
    """The calibration of a plan, for networks with this padding of conv1_1; Pending where there is none."""
    found, again = (
        bands.load(plan.name),
        f"make calibrate PLAN={plan.name}, on a machine of the kind that grades",
    )
    if found is None:
        raise Pending(Reason(f"the training plan {plan.name} has not been calibrated", help=again))
    if padding != FIRST_PADDING:
        raise Pending(f"the training plan {plan.name} has been calibrated with padding {FIRST_PADDING} only")
    if found.plan != asdict(plan):
        text = f"the training plan {plan.name} was calibrated before it was changed"
        raise Pending(Reason(text, help=again))
    return found
