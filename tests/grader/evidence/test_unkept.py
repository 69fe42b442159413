"""A sum that is kept nowhere is told with the statement that computes it."""

from __future__ import annotations

import pytest

from grader.diagnosis.cam import Verdict
from grader.records.reason import Place
from tests.grader.a_cam import read
from tests.grader.slim import Edit

SUM = (
    "cam = weight_fc[idx].reshape(-1) @ feature_conv.reshape(c, h * w)\n"
    "    cam = cam.reshape(h, w) - cam.min()"
)
EMPTY = "cam = np.zeros((h, w))\n    {}\n    cam = cam - cam.min()"
PRODUCT = "weight_fc[idx].reshape(c, 1, 1) * feature_conv[0]"
pytestmark = pytest.mark.slow


def made(code: str) -> Edit:
    return SUM, EMPTY.format(code)


def test_it_is_told_with_its_place() -> None:
    found = read(made(f"np.sum({PRODUCT}, axis=0)")).maps.explained

    assert found.cause == "sum.lost" and found.place == Place("cell 1", 15)
    assert found.verdict == Verdict("", "", "") and " read as `cam += np.sum" in found.operation


def test_what_else_is_wrong_is_told_too() -> None:
    """The class."""
    verdict = read(made(f"({PRODUCT}).sum(0)".replace("idx", "0"))).maps.verdict

    assert verdict is not None and "class 0" in verdict.classes and not verdict.sums


def test_what_gives_no_sum_is_not_told() -> None:
    assert read(made("np.cos(weight_fc[idx])")).maps.explained.cause != "sum.lost"
