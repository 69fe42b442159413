"""Crops of crops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.network.crops import fold_crop
from grader.network.graph import INPUT, crop
from tests.grader.slim import edited, reading_of

CROP = "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]"


@given(st.data())
def test_a_crop_of_a_crop_is_the_crop_of_both_offsets(data: st.DataObject) -> None:
    """Merging never changes what is cut: an inner window is only moved."""
    down, right = data.draw(st.integers(0, 4)), data.draw(st.integers(0, 4))
    rows, columns = 8, 9
    y, x = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    height, width = data.draw(st.integers(1, rows - y)), data.draw(st.integers(1, columns - x))

    outer = crop(INPUT, down, right, rows, columns)
    merged = fold_crop(crop(outer, y, x, height, width), (1, 3, rows, columns))

    if (height, width) == (rows, columns):
        assert merged == outer
    else:
        assert merged == crop(INPUT, down + y, right + x, height, width)


ROWS, COLUMNS = "(torch.arange(x.size(2)) + 18)", "torch.arange(18, 18 + x.size(3))"


@pytest.mark.parametrize(
    ("index", "is_crop"),
    [
        (f"{ROWS}[:, None], {COLUMNS}", True),
        (f"{ROWS}.view(-1, 1), {COLUMNS}[None]", True),
        (f"{ROWS}][..., {COLUMNS}", True),
        (f"{ROWS}[None], {COLUMNS}[:, None]", False),  # turned
        (f"{ROWS}.flip(0)][..., {COLUMNS}", False),
        (f"(2 * {ROWS}).clamp(max=70)][..., {COLUMNS}", False),
    ],
)
def test_numbers_that_are_counted_cut_a_crop(index: str, is_crop: bool) -> None:
    """Rows upright beside columns, or one after the other; no others."""
    reading = reading_of(edited((CROP, f"h[:, :, {index}]")), "FCN32s")
    *_, step = reading.path.steps

    starts = (step["top"], step["left"]) if step.op == "crop" else ()
    assert (
        starts == (18, 18) and "aten.index.Tensor" not in [one.op for one in reading.path.steps]
    ) is is_crop


def test_padding_a_crop_is_not_merged() -> None:
    """What was cut off doesn't come back: the padding is zero."""
    inner = crop(INPUT, 2, 2, 4, 4)
    padded = fold_crop(crop(inner, -1, -1, 6, 6), (1, 3, 4, 4))

    assert padded.inputs == (inner,)
    assert (padded["top"], padded["left"], padded["height"], padded["width"]) == (-1, -1, 6, 6)
