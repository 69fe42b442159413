"""Maps that depend on the calls before are told by what is kept, beside what else is wrong."""

from __future__ import annotations

import pytest

from grader.diagnosis.cam import Verdict
from grader.evidence.remembered import KEPT
from tests.grader.a_cam import read
from tests.grader.slim import Edit

pytestmark = pytest.mark.slow
GIVEN = "weight_fc, idx)", "weight_fc, idx, seen=[])"
FIRST = "    return cv2", "    seen.append(cam)\n    cam = seen[0]\n    return cv2"
MEAN = "    return cv2", "    seen.append(cam)\n    cam = sum(seen)\n    return cv2"


@pytest.mark.parametrize("edit", [FIRST, MEAN], ids=["the first call's", "the sum of all"])
def test_what_is_kept_is_told(edit: Edit) -> None:
    found = read(GIVEN, edit).maps.explained

    assert found.cause == KEPT and found.operation == "`seen=[]`"
    assert found.verdict == Verdict("", "", "")


def test_what_else_is_wrong_is_told_too() -> None:
    found = read(GIVEN, FIRST, ("weight_fc[idx]", "weight_fc[0]")).maps.explained

    assert found.cause == KEPT
    assert found.verdict is not None and "class 0" in found.verdict.classes


def test_what_is_done_beside_enlarging_is_told_too() -> None:
    """Of the maps that are made as new: those that are kept may all be the same."""
    line = "return cv2.resize(np.uint8(255 * cam / cam.max()), (256, 256))"
    cut = line, f"{line.replace('return', 'big =')}\n    big[big < 100] = 0\n    return big"
    maps = read(GIVEN, FIRST, cut).maps

    assert maps.explained.cause == KEPT and maps.beside_enlarging == "low levels are set to 0 as well"


def test_a_map_that_is_the_same_as_new_keeps_nothing() -> None:
    """As does one of which nothing is known."""
    assert read(("    return cv2", "    cam = np.eye(7)\n    return cv2")).maps.explained.cause != KEPT
    assert read(("    return cv2", "    cam = np.cos(cam)\n    return cv2")).maps.explained.cause != KEPT
