"""Crops of the output and of the skips are named by where they start."""

from __future__ import annotations

import pytest

from grader.diagnosis.crops import crop_findings
from tests.grader.diagnosis.way_up import (
    CROP8,
    CROP32,
    JOIN3,
    MIDDLE,
    PLACE3,
    said,
)
from tests.grader.slim import SOURCE, edited, reading_of


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("h[:, :, 18:18 + x.size(2), 18:18 + x.size(3)]", "the crop starts at 18, it must start at 19"),
        (
            "h[:, :, 19:19 + x.size(2), 20:20 + x.size(3)]",
            "the crop starts at row 19 and column 20, it must start at 19",
        ),
        ("h[:, :, :x.size(2), :x.size(3)]", "the crop starts at 0, it must start at 19"),
        ("h[:, :, 10:, 10:][:, :, 8:8 + x.size(2), 8:8 + x.size(3)]", "the crop starts at 18"),
        ("h[:, :, -x.size(2):, -x.size(3):]", "the crop is taken from the end, it must start at 19"),
        (
            MIDDLE,
            "the crop is taken from the middle, it must start at 19",
        ),
        ("F.interpolate(h, x.shape[2:])", "the output is resized by interpolation, it must be cropped"),
        ("h", "the output is not cropped, it must be cut from row and column 19"),
        ("h[:, 1:, 19:19 + x.size(2)]", "the crop cuts channels off: rows and columns must be cut from 19"),
        ("F.adaptive_avg_pool2d(h, x.shape[2:])", "the output is resized"),
        ("h[:, :, -x.size(2) - 1:-1, -x.size(3) - 1:-1]", "the crop starts at 1 before the end"),
    ],
)
def test_the_crop_is_named_by_where_it_starts(new: str, words: str) -> None:
    """Offsets, interpolation and no crop at all are the crop line's faults, and nobody else's."""
    found = said((CROP32, new), network="FCN32s")

    assert list(found) == ["crop"]
    assert words in found["crop"][0]


def test_fcn8s_is_cropped_from_31() -> None:
    """Each network has its own offset."""
    assert said((CROP8, "h[:, :, 19:19 + x.size(2), 19:19 + x.size(3)]")) == {
        "crop": ["the crop starts at 19, it must start at 31"]
    }


def test_a_crop_by_index_is_left_to_the_numbers() -> None:
    """A selection that can't be read as a window isn't called a missing crop."""
    rows = "h[:, :, torch.arange(x.size(2)) + 19][..., 19:19 + x.size(3)]"
    both = "h[:, :, torch.arange(x.size(2))[:, None] + 19, torch.arange(x.size(3)) + 19]"

    assert "not cropped" not in str([said((CROP32, new), network="FCN32s") for new in (rows, both)])


def test_the_crop_points_at_its_line() -> None:
    """A wrong crop is found at the line that crops."""
    (found,) = crop_findings(reading_of(edited((CROP32, CROP32.replace("19", "18"))), "FCN32s"))

    assert found.place is not None
    assert CROP32 in SOURCE.splitlines()[found.place.line - 1]


# --- the skips' crops ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            "s[:, :, 8:8 + h.size(2), 8:8 + h.size(3)]",
            "the pool3 skip's crop starts at 8, it must start at 9",
        ),
        (
            "s[:, :, 9:9 + h.size(2), 4:4 + h.size(3)]",
            "the pool3 skip's crop starts at row 9 and column 4, it must start at 9",
        ),
        (
            "s[:, :, -h.size(2):, -h.size(3):]",
            "the pool3 skip's crop is taken from the end, not from 9 for every size",
        ),
        ("F.interpolate(s, h.shape[2:])", "the pool3 skip is resized, it must be cropped from 9"),
        ("s.mean((2, 3), keepdim=True)", "the pool3 skip is not cropped"),
    ],
)
def test_a_skips_crop_is_named_by_where_it_starts(new: str, words: str) -> None:
    """Each skip has its own offset; interpolation is no crop."""
    found = said((JOIN3, f"h = h + {new}"))

    assert found["skip_crops"] == [words]


def test_cropping_the_other_side_is_named() -> None:
    """Where the upscored map is cropped before it meets the skip, that is told too."""
    found = said((JOIN3, "h = h[:, :, 1:-1, 1:-1]; h = h + " + PLACE3))

    assert found["skip_crops"] == [
        "upscore2's output is cropped before the skip joins; the skip is what must be cropped"
    ]


def test_interpolation_that_stands_in_for_a_layer_is_no_resized_output() -> None:
    """The crop behind it is looked at as any other."""
    by = "h = F.interpolate(h, scale_factor=32)"
    right = said(("h = self.upscore(h)\n", f"{by}\n"), network="FCN32s")
    moved = said(("h = self.upscore(h)\n", f"{by}\n"), (CROP32, CROP32.replace("19", "18")), network="FCN32s")

    assert "crop" not in right
    assert moved["crop"] == ["the crop starts at 18, it must start at 19"]
