"""Pictures of a training run."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from grader.records.submission import Epoch
from grader.training import drawing
from grader.training.bands import Band, Calibration
from grader.training.results import Judged, Point, Run, Shown
from reference.metrics import Scores

BAND = Band(0.7, 0.05, 0.5)
CALIBRATION = Calibration(
    {}, "`make calibrate`, a processor", 9, {"fcn8s": dict.fromkeys(("loss", "accuracy", "iou"), BAND)},
    {"fcn8s": {"mean": [[2.5, 0.1, 0.1], [1, 0.6, 0.4]], "deviation": [[0.1] * 3] * 2}},
)  # fmt: skip
JUDGED = Judged(1.0, Scores(0.6, 0.4, (0.5, float("nan"), *[0.4] * 10)))
SHOWN = Shown(np.full((8, 6, 3), 90, np.uint8), np.zeros((8, 6), np.uint8), np.ones((8, 6), np.uint8))
RUN = Run((Point(0, 2.5, JUDGED), Point(1, 1.0, JUDGED)), Point(1, 1.0, JUDGED), JUDGED, (SHOWN,), "cpu", 0.1)


@pytest.mark.slow
def test_a_run_is_drawn() -> None:
    """Curves, a strip of pictures with their errors, and IoU by class, each a whole PNG."""
    made = drawing.draw(RUN, "fcn8s", "FCN8s", CALIBRATION, [Epoch(1.5, 0.4, 0.2)])

    assert [picture.part for picture in made] == ["fcn8s"] * 3
    assert all(min(Image.open(io.BytesIO(picture.png)).size) > 100 for picture in made)


@pytest.mark.slow
def test_the_curves_say_where_their_thresholds_are_from() -> None:
    """Seeds and machine stand beside them; what right models reach is not for students."""
    with_band = drawing.learning(RUN, "fcn8s", "FCN8s", CALIBRATION, [])
    without = drawing.learning(RUN, "fcn8s", "FCN8s from scratch", None, [])

    assert with_band.caption == (
        "FCN8s: what it learns; thresholds from 9 seeds (make calibrate, a processor)"
    )
    assert with_band.reference
    assert not without.reference


def test_a_proved_network_is_shown_beside_right_models() -> None:
    """It has no run of its own: the picture says which runs it stands for."""
    made = drawing.proved("fcn8s", "FCN8s", CALIBRATION, [Epoch(1.5, 0.4, 0.2)])

    assert made.caption.startswith("FCN8s was not trained: its loss, every gradient and a step")
    assert made.caption.endswith("What right models learn: 9 seeds (make calibrate, a processor)")
    assert made.reference and min(Image.open(io.BytesIO(made.png)).size) > 100


@pytest.mark.slow
def test_a_network_that_nobody_measured_is_drawn_alone() -> None:
    """Trained or proved, without right models' range."""
    for made in (
        drawing.learning(RUN, "fcn16s", "FCN16s", CALIBRATION, []),
        drawing.proved("fcn16s", "FCN16s", CALIBRATION, []),
    ):
        assert min(Image.open(io.BytesIO(made.png)).size) > 100
