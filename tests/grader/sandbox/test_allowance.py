from __future__ import annotations

from dataclasses import replace

from grader.sandbox.allowance import LOADING, TRAINING, Allowance, purpose_of
from grader.sandbox.limits import USUAL
from grader.wall.verbs import ClsPred, Forward, TrainEnd

LIMITS = replace(USUAL, loads_seconds=10.0, disk_seconds=10.0, part_seconds=20.0, wall_seconds=100.0)


def test_a_question_is_about_a_model_the_functions_or_training() -> None:
    """Each has time of its own."""
    assert purpose_of(Forward("FCN8s", size=(1, 3, 64, 76), seed=1)) == "FCN8s"
    assert purpose_of(ClsPred()) == "its functions"
    assert purpose_of(TrainEnd()) == TRAINING


def test_a_part_that_hangs_takes_no_other_parts_time() -> None:
    """What it took is gone for itself alone."""
    allowance = Allowance(LIMITS)
    allowance.charge("FCN32s", 25.0, 10.0)

    assert allowance.left("FCN32s") == -5
    assert allowance.disk_left == 10
    assert [allowance.left(one) for one in ("FCN8s", LOADING, TRAINING)] == [20, 10, 75]
    assert allowance.used_up("FCN32s") == "the 20 s that FCN32s may take are used up"


def test_enough_is_what_a_right_submission_takes() -> None:
    """Of loading, and of a part."""
    allowance = Allowance(LIMITS)
    allowance.charge("FCN8s", 17.0, 10.0)
    allowance.charge(LOADING, 7.0, 10.0)

    assert [allowance.has_enough(one) for one in ("FCN8s", "FCN32s", LOADING)] == [False, True, True]


def test_all_together_have_a_budget_too() -> None:
    """Training takes what is left, and no more."""
    allowance = Allowance(LIMITS)
    allowance.charge(TRAINING, 95.0, 10.0)

    assert (allowance.left("FCN8s"), allowance.left(TRAINING)) == (5, 5)
    allowance.charge(TRAINING, 5.0, 10.0)
    assert allowance.used_up("FCN8s") == "the 100 s that one submission may take are used up"


def test_without_training_a_submission_is_waited_for_minutes_at_most() -> None:
    """Whatever hangs: loading, two networks, the functions."""
    assert USUAL.loads_seconds + 3 * USUAL.part_seconds <= 600
