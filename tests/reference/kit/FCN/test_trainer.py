"""The kit's training loop and figure, under the names of the course."""

from __future__ import annotations

from typing import Any

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt
from torch import nn
from torch.utils.data import DataLoader

from reference.kit.FCN.trainer import Trainer, visualize

torch.set_num_threads(1)


@pytest.fixture
def loader() -> Any:
    """Ten small labelled pictures, one a batch."""
    images = torch.rand(10, 3, 6, 8, generator=torch.Generator().manual_seed(0))
    pairs: Any = [(image, image.argmax(0)) for image in images]  # to torch, a list is a data set
    return DataLoader(pairs, batch_size=1)


@pytest.fixture
def model() -> Any:
    """A model of one layer."""
    torch.manual_seed(0)
    return nn.Conv2d(3, 12, 1)


def test_the_log_has_the_form_of_the_course(
    model: Any, loader: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures before training, after every epoch from 0 on, and at the end, named for their data set."""
    returned = Trainer(model, loader, loader, loader, num_epochs=2)

    lines = capsys.readouterr().out.splitlines()
    assert returned is model
    assert [line.split(":")[0] for line in lines] == [
        "Init Model",
        "Avg Acc",
        "Epochs",
        "Epoch Loss",
        "Epochs",
        "Epoch Loss",
        "Validation Acc",
        "Test Acc",
    ]
    assert lines[2] == "Epochs: 0"
    assert lines[6].removeprefix("Validation ") == lines[7].replace(
        "Test Mean", "Validation Mean"
    ).removeprefix("Test ")


def test_the_figure_shows_picture_truth_and_prediction(
    model: Any, loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three rows, a column for each of the six pictures that the course shows."""
    monkeypatch.setattr(plt, "show", lambda: None)
    with matplotlib.rc_context({"backend": "agg"}):
        visualize(model, loader)
        figure = plt.gcf()
    plt.close(figure)

    assert [axis.get_title() for axis in figure.axes[::6]] == ["Image", "Truth", "Prediction"]
    assert len(figure.axes) == 18
