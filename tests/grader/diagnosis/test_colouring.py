"""The levels behind a colour map are told from its colours."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from matplotlib import colormaps

from grader.diagnosis import colouring
from grader.diagnosis.colouring import coloured

LEVELS = np.random.default_rng(3).integers(0, 256, (40, 40)).astype(np.uint8)
JET = cv2.applyColorMap(LEVELS, cv2.COLORMAP_JET)
COLOURED = {
    "by OpenCV": (JET, "COLORMAP_JET"),
    "red, green, blue": (JET[..., ::-1], "COLORMAP_JET"),
    "another one": (cv2.applyColorMap(LEVELS, cv2.COLORMAP_OCEAN), "COLORMAP_OCEAN"),
    "by matplotlib": (colormaps["jet"](LEVELS), "jet"),
    "as bytes": (np.uint8(255 * colormaps["hot"](LEVELS)), "hot"),
}


@pytest.mark.parametrize("case", COLOURED)
def test_a_colour_map_is_undone(case: str) -> None:
    """Whoever made it, in whichever order of the channels, but for levels of one colour."""
    answer, by = COLOURED[case]
    found = coloured(answer)

    assert found is not None
    assert found.by == by
    assert np.abs(found.levels.astype(int) - LEVELS).max() <= 3


GREY = np.stack([LEVELS] * 3, -1)
NUMBERLESS = np.full((4, 4, 3), np.nan)


@pytest.mark.parametrize("answer", [LEVELS, GREY, GREY[:0], NUMBERLESS, JET[:, :, :2]])
def test_what_is_not_coloured_has_no_levels(answer: np.ndarray) -> None:
    """A map, a grey picture, nothing, no numbers."""
    assert coloured(answer) is None


def test_a_picture_of_many_colours_is_compared_with_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take seconds for each map, at a price that a submission sets."""
    monkeypatch.setattr(colouring, "_tables", None)
    channel = np.arange(300)[None]

    assert coloured(np.stack([channel, channel, channel], -1)) is None
