"""A crop from the middle or from the end is told from one at a number."""

from __future__ import annotations

import pytest

from grader.diagnosis.offsets import kind_of_crop
from tests.grader.slim import edited, reading_of

CROP = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"
MIDDLE = "h[:, :, (h.size(2) - x.size(2)) // 2:, (h.size(3) - x.size(3)) // 2:][:, :, :x.size(2), :x.size(3)]"


@pytest.mark.parametrize(("new", "kind"), [(CROP, "offset"), (MIDDLE, "centred")])
def test_the_numbers_tell_how_it_was_meant(new: str, kind: str) -> None:
    """Rows and columns are of other sizes, so that one number for both is no middle."""
    reading = reading_of(edited((CROP, new)), "FCN32s")
    crops = [step for step in reading.path.steps if step.op == "crop"]
    start = sum(step["top"] for step in crops), sum(step["left"] for step in crops)

    assert kind_of_crop(reading, start) == kind
    assert kind_of_crop(reading, (start[0] + 1, start[1])) == "offset"
