"""The options that the commands share."""

from __future__ import annotations

from typing import get_args

from grader.commands import options
from grader.training import plans


def test_every_plan_can_be_asked_for() -> None:
    """Beside what chooses one, what trains only what isn't proved, and none."""
    offered, *_ = get_args(options.Training)

    assert set(get_args(offered)) == {"auto", "none", plans.CERTIFY, *plans.load()}
