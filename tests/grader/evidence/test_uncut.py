"""What cuts low levels off is told beside whatever else is wrong, and costs one line."""

from __future__ import annotations

import pytest

from grader.diagnosis.afterwards import CUT_OFF
from tests.grader.a_cam import read

END = "    return cv2.resize(np.uint8(255 * cam / cam.max()), (256, 256))"
MADE = "    out = cv2.resize(np.uint8({}), (256, 256))\n"
RIGHT, INVERTED = MADE.format("255 * cam / cam.max()"), MADE.format("255 - 255 * cam / cam.max()")


@pytest.mark.parametrize(
    "cut",
    [
        "    out[out < 90] = 0\n    return out",
        "    return np.where(out < 90, 0, out)",
        "    return out * (out >= 90)",
        "    _, out = cv2.threshold(out, 90, 255, cv2.THRESH_TOZERO)\n    return out",
        "    return cv2.threshold(out, 90, 255, cv2.THRESH_TOZERO)[1]",
    ],
)
def test_a_cut_is_told_beside_another_fault(cut: str) -> None:
    """Of a map that is inverted, however the cut is written; the place is the cut's."""
    found = read((END, INVERTED + cut)).maps

    assert found.beside_enlarging == CUT_OFF
    assert found.cut is not None and found.cut.place.line
    assert found.verdict is not None and "inverted" in found.verdict.stretch


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [(" - cam.min()", ""), ("np.uint8(255 * cam", "np.uint8(255 * np.maximum(cam, 0)")],
        [(END, MADE.format("255 * (cam > 0.5 * cam.max())") + "    return out")],
        [(END, RIGHT + "    return out * 0")],
    ],
    ids=["right", "relu", "mask", "nothing"],
)
def test_what_is_no_cut_is_none(edits: list[tuple[str, str]]) -> None:
    """Neither a ReLU, nor a mask, nor what leaves nothing."""
    assert read(*edits).maps.cut is None


def test_a_cut_that_leaves_nothing_is_one() -> None:
    """Where it compares levels: of a map in [0, 1] nothing reaches 100."""
    found = read(
        (END, "    out = cv2.resize(cam / cam.max(), (256, 256))\n    return np.where(out < 100, 0, out)")
    ).maps

    assert found.cut is not None and found.is_no_bytes
