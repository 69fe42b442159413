"""A crop from the middle or from the end is told from one at a number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.diagnosis.offsets import Start, _start, kind_of_crop
from tests.grader.slim import SIZE, edited, reading_of

CROP = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
MIDDLE = "h[:, :, (h.size(2) - x.size(2)) // 2:, (h.size(3) - x.size(3)) // 2:][:, :, :x.size(2), :x.size(3)]"


@pytest.mark.parametrize(("new", "kind"), [(CROP, "offset"), (MIDDLE, "centred")])
def test_the_numbers_tell_how_it_was_meant(new: str, kind: str) -> None:
    """Rows and columns are of other sizes, so that one number for both is no middle."""
    reading = reading_of(edited((CROP, new)), "FCN32s")
    crops = [step for step in reading.path.steps if step.op == "crop"]
    start = sum(step["top"] for step in crops), sum(step["left"] for step in crops)

    assert kind_of_crop(reading, start).kind == kind
    assert kind_of_crop(reading, (start[0] + 1, start[1])).kind == "offset"


@pytest.mark.parametrize(
    ("rows", "columns", "got"),
    [
        (0, 1, "the middle of the rows and column 27"),
        (1, 1, "1 after the middle"),
        (-1, -1, "1 before the middle"),
        (0, -20, "the middle of the rows and column 6"),
        (31, 25, "1 before the end"),
    ],
)
def test_a_start_beside_the_middle_is_said_as_that(rows: int, columns: int, got: str) -> None:
    """Both axes agree, or each is told alone."""
    reading = reading_of(edited((CROP, MIDDLE)), "FCN32s")
    crops = [step for step in reading.path.steps if step.op == "crop"]
    middle = sum(step["top"] for step in crops), sum(step["left"] for step in crops)

    found = kind_of_crop(reading, (middle[0] + rows, middle[1] + columns))

    assert (found.kind, found.got) == ("offset", got)


def test_an_axis_that_is_right_is_no_middle() -> None:
    """Where it must start at 19, a 19 beside a 20 is a number, whatever else is there."""
    reading = reading_of(edited((CROP, MIDDLE)), "FCN32s")
    crops = [step for step in reading.path.steps if step.op == "crop"]
    middle = sum(step["top"] for step in crops)
    same = replace(reading, architecture=replace(reading.architecture, crop=middle))

    assert kind_of_crop(same, (middle, middle + 1)).got == f"row {middle} and column {middle + 1}"


def test_average_pools_are_measured_too() -> None:
    """A crop from the middle is one beside pools of the wrong kind."""
    reading = reading_of(
        edited(
            (CROP, MIDDLE),
            *((f"self.pool{n} = nn.MaxPool2d", f"self.pool{n} = nn.AvgPool2d") for n in range(1, 6)),
        ),
        "FCN32s",
    )
    crops = [step for step in reading.path.steps if step.op == "crop"]
    start = sum(step["top"] for step in crops), sum(step["left"] for step in crops)

    assert kind_of_crop(reading, start).kind == "centred"


def test_two_numbers_may_happen_to_be_the_middle() -> None:
    """Where one is right and the other is one beside it: at another size they would not be."""
    found = _start((20, 21), (10, 10), (5, 5), 5), _start((20, 22), (10, 10), (5, 6), 5)

    assert found[0] == Start("offset", 5)
    assert found[1] == Start("offset", "row 5 and column 6 (the middle at the size that is looked at)")
    assert _start((20, 22), (10, 10), (5, 6), 9) == Start("centred")


def test_a_crop_that_stops_short_does_not_start_at_the_end() -> None:
    """What is left behind its start is less than the picture, which tells where the end would be."""
    short = CROP.replace("19:19 + x.size(3)", "60:60 + x.size(3)")
    reading = replace(reading_of(edited((CROP, short)), "FCN32s"), size=SIZE)

    assert kind_of_crop(reading, (19, 60)).got == "row 19 and column 60"
