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


def test_a_log_below_a_cell_that_printed_none_is_its_own(tmp_path: Path) -> None:
    """As where the outputs were too long to be kept; figures typed without epochs are none."""
    below = cell(f"The log:\n\n```\n{LOG}```", "markdown")
    saved = of_cells(
        tmp_path, cell(TRAIN), below, cell(TRAIN), cell("Test Acc: 1, Test Mean IoU: 1", "markdown")
    ).saved

    assert [(run.label, run.model, len(run.epochs)) for run in saved.runs] == [("cell 1", "fcn8s", 1)]


BOTH = "def run(cls):\n    Trainer(cls())\n"


def test_runs_of_several_models_that_cannot_be_told_apart_are_nobodys(tmp_path: Path) -> None:
    """Whatever heading stands above them; and they count for any."""
    heading = cell("## Part 2: FCN-8s", "markdown")
    source = f"{BOTH}done = [run(cls) for cls in (FCN32s, FCN8s)]"
    saved = of_cells(tmp_path, heading, cell(source, outputs=[printed(LOG * 2)])).saved

    assert [(run.model, run.pretrained) for run in saved.runs] == [("", True)] * 2


def test_runs_of_one_model_in_a_cell_are_its_own(tmp_path: Path) -> None:
    """Though fewer calls are seen than logs."""
    heading = cell("## Part 2: FCN-8s", "markdown")
    source = f"{BOTH}done = [run(FCN8s) for _ in range(2)]"
    saved = of_cells(tmp_path, heading, cell(source, outputs=[printed(LOG * 2)])).saved

    assert [run.model for run in saved.runs] == ["fcn8s", "fcn8s"]


def test_one_call_with_two_logs_leaves_open_which_was_pretrained(tmp_path: Path) -> None:
    """The logs tell."""
    turn = "    m = FCN32s()\n    if given:\n        m.copy(v)\n    Trainer(m)"
    source = f"v = vgg16()\nfor given in (0, 1):\n{turn}"
    flat = LOG.replace("Mean IoU: 0.3\n", "Mean IoU: 0.03\n")
    saved = of_cells(tmp_path, cell(source, outputs=[printed(flat + LOG)])).saved

    assert [(run.model, run.pretrained) for run in saved.runs] == [("fcn32s", False), ("fcn32s", True)]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("for b in (a8, a32):\n    visualize(b)", ["fcn8s", "fcn32s"]),
        ("visualize(a32)\nvisualize(a8)", ["fcn32s", "fcn8s"]),
        ("visualize(a32)", ["fcn32s", "fcn32s"]),
    ],
)
def test_pictures_of_several_models_come_one_after_the_other(
    tmp_path: Path, source: str, parts: list[str]
) -> None:
    """In the order in which they are shown, whatever heading stands above them."""
    heading = cell("## Part 2: FCN-8s", "markdown")
    made = "a32 = FCN32s()\na8 = FCN8s()"
    saved = of_cells(tmp_path, heading, made, cell(source, outputs=[drawn(), drawn()])).saved

    assert [one.part for one in saved.figures] == parts


def test_pictures_of_a_cell_that_trains_several_are_of_one_run_after_the_other(tmp_path: Path) -> None:
    """Where the runs can't be told apart, the last is of the network that is asked for last."""
    source = f"{BOTH}done = [run(cls) for cls in (FCN32s, FCN8s)]"
    outputs = [printed(LOG), drawn(), printed(LOG), drawn()]
    saved = of_cells(tmp_path, cell(source, outputs=outputs)).saved

    assert [one.part for one in saved.figures] == ["fcn32s", "fcn8s"]


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
