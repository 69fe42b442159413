from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from grader.reports.curves import BOTTOM, LEFT, RIGHT, TOP, axis_end, curve

values = st.lists(st.floats(), max_size=30)


def test_a_curve_spans_its_frame() -> None:
    """The first epoch is at the left, the last at the right, the highest value at its share of the axis."""
    drawn = curve("Accuracy", [0.0, 0.25, 0.5])

    assert drawn.lines == (f"{LEFT},{BOTTOM} {(LEFT + RIGHT) / 2},{(TOP + BOTTOM) / 2} {RIGHT},{TOP}",)
    assert (drawn.top, drawn.best, drawn.dot) == ("0.5", "0.5000 in epoch 3", (RIGHT, TOP))


def test_the_best_loss_is_the_lowest() -> None:
    """Loss falls, accuracy rises."""
    assert curve("Loss", [2.0, 0.5, 1.0], falls=True).best == "0.5000 in epoch 2"
    assert curve("Accuracy", [0.2, 0.5, 0.1]).best == "0.5000 in epoch 2"


def test_what_is_not_finite_leaves_a_gap() -> None:
    """The line ends before it and begins again after it."""
    assert [len(line.split()) for line in curve("Loss", [1, 1, math.nan, 1, math.inf, 1]).lines] == [2, 1, 1]


def test_a_log_without_figures_is_an_empty_plot() -> None:
    """Nothing to draw is no crash."""
    for empty in ([], [math.nan]):
        drawn = curve("Loss", empty)
        assert (drawn.lines, drawn.dot, drawn.best) == ((), None, "")


@given(values)
def test_every_point_is_inside_the_frame(values: list[float]) -> None:
    """No value draws outside of its plot."""
    points = [point.split(",") for line in curve("Loss", values).lines for point in line.split()]

    assert len(points) == sum(map(math.isfinite, values))
    assert all(LEFT <= float(x) <= RIGHT and TOP <= float(y) <= BOTTOM for x, y in points)


@given(st.floats(1e-6, 1e6))
def test_an_axis_ends_at_or_just_over_the_highest_value(highest: float) -> None:
    """Not under it, and not so far over it that the curve is flat."""
    assert highest <= axis_end(highest) <= 2.1 * highest
