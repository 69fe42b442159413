"""What a notebook says of itself is collected from its cells."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.grader.intake.a_submission import cell, of_cells

TRAIN = "m = FCN8s()\nm.copy_params_from_vgg16(vgg16)\nbest = Trainer(m)"
LOG = "Init Model\nEpoch Loss: 1.2, Avg Acc: 0.6, Mean IoU: 0.3\nTest Acc: 0.7, Test Mean IoU: 0.4\n"


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def drawn(data: bytes | None = None) -> dict[str, Any]:
    file = io.BytesIO()
    Image.new("RGB", (8, 6)).save(file, "PNG")
    return {
        "output_type": "display_data",
        "data": {"image/png": base64.b64encode(data or file.getvalue()).decode()},
    }


def test_runs_figures_predictions_and_answers_are_collected(tmp_path: Path) -> None:
    """Each with the cell and the part it belongs to."""
    cam = "def returnCAM(f, w, i): pass"
    saved = of_cells(
        tmp_path,
        cell("show(data)", outputs=[drawn()]),
        cell(TRAIN, outputs=[printed(LOG)]),
        cell("visualize(best, loader)", outputs=[drawn(), drawn()]),
        cell("Question 1\n\nIt helps.", "markdown"),
        cam,
        cell("returnCAM(1, 2, 3)", outputs=[printed("top1 prediction: 0.444 -> mountain bike\n"), drawn()]),
    ).saved

    assert saved.has_outputs
    (run,) = saved.runs
    assert (run.label, run.model, run.pretrained, len(run.epochs), run.test_mean_iou) == (
        "cell 2",
        "fcn8s",
        True,
        1,
        0.4,
    )
    assert [(one.label, one.part) for one in saved.figures] == [
        ("cell 1", ""), ("cell 3", "fcn8s"), ("cell 3", "fcn8s"), ("cell 6", "cam"),
    ]  # fmt: skip
    assert [one.name for one in saved.predictions] == ["mountain bike"]
    assert [one.text for one in saved.answers] == ["It helps."]


def test_a_cleared_notebook_has_no_outputs(tmp_path: Path) -> None:
    """Its answers are still there."""
    saved = of_cells(tmp_path, TRAIN, cell("Question 2\n\nYes.", "markdown")).saved

    assert (saved.has_outputs, saved.runs, saved.figures) == (False, (), ())
    assert saved.answers[0].question == 2


def test_a_picture_that_is_none_costs_nothing_else(tmp_path: Path) -> None:
    """The others are shown."""
    saved = of_cells(tmp_path, cell("x", outputs=[drawn(b"junk"), drawn()])).saved

    assert len(saved.figures) == 1


def test_the_number_of_figures_is_bounded(tmp_path: Path) -> None:
    """A report has to be read."""
    assert len(of_cells(tmp_path, cell("x", outputs=[drawn()] * 40)).saved.figures) == 24


def test_two_runs_in_one_cell_have_their_own_models(tmp_path: Path) -> None:
    """In the order of the calls."""
    source = "a = FCN32s()\nb = FCN8s()\nTrainer(a)\nTrainer(b)"

    assert [run.model for run in of_cells(tmp_path, cell(source, outputs=[printed(LOG * 2)])).saved.runs] == [
        "fcn32s",
        "fcn8s",
    ]


@pytest.mark.parametrize(
    ("code", "model"),
    [
        ("x = 1", "other"),
        ("class FCN8s: pass", "fcn8s"),
        ("from nets import FCN_32 as Net", "fcn32s"),
        ("class FCN32s: pass\nclass FCN8s: pass", ""),
    ],
)
def test_a_log_that_names_no_model_is_of_a_network_that_is_there(
    tmp_path: Path, code: str, model: str
) -> None:
    """Of the only one, if there is one; where nothing is, it is no log of this assignment."""
    saved = of_cells(tmp_path, code, cell("train()", outputs=[printed(LOG)])).saved

    assert [run.model for run in saved.runs] == [model]
