"""Training logs become curves, and prediction lines predictions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.intake.claims.logs import Log, logs, predictions, spoken
from grader.records.submission import Epoch, Prediction

LOG = """Init Model
Avg Acc: 0.2307, Mean IoU: 0.01922
Epochs: 0
Epoch Loss: 2.43, Avg Acc: 0.3431, Mean IoU: 0.02859
Epochs: 1
Epoch Loss: 2.202, Avg Acc: 0.344, Mean IoU: 3e-2
Test Acc: 0.3475, Test Mean IoU: 0.03035
"""
RUN = Log((Epoch(2.43, 0.3431, 0.02859), Epoch(2.202, 0.344, 0.03)), 0.3475, 0.03035)


def test_a_log_is_read() -> None:
    """The figures before the first epoch are not an epoch."""
    assert logs(LOG) == [RUN]


def test_several_runs_in_one_text_are_told_apart() -> None:
    """By the test result that ends them, or by the start of the next."""
    assert logs(LOG + LOG) == [RUN, RUN]
    assert logs(LOG[: LOG.index("Test")] + LOG) == [Log(RUN.epochs), RUN]


def test_what_stands_between_does_not_matter() -> None:
    """Warnings, bars, blank lines and other spacing."""
    noisy = (
        LOG.replace("\n", "\n 100%|####| 500/500 UserWarning: x\n\n")
        .replace(": ", " :  ")
        .replace(", ", " ,")
    )

    assert logs(noisy) == [RUN]


def test_percentages_are_read() -> None:
    """Of accuracy and IoU, whatever stands before the sign."""
    text = "Epoch Loss: 2.43, Avg Acc: 34.31%, Mean IoU: 2.859 %\nTest Acc: 34.75%, Test Mean IoU: 3%"
    (log,) = logs(text)

    (epoch,) = log.epochs
    assert (epoch.loss, round(epoch.accuracy, 6), round(epoch.mean_iou, 6)) == (2.43, 0.3431, 0.02859)
    assert (log.test_accuracy, log.test_mean_iou) == (0.3475, 0.03)


def test_numbers_that_are_none_are_left_out() -> None:
    """A report could not hold them."""
    assert logs("Epoch Loss: nan, Avg Acc: 0.1, Mean IoU: 0.1\nTest Acc: inf, Test Mean IoU: 1") == []


def test_a_text_without_a_log_has_none() -> None:
    """Half a line is none."""
    assert logs("Epoch Loss: 1.0, Avg Acc:") == []


@given(st.text(alphabet="EpochLs:TestAcMnIU .,0123456789\n", max_size=200))
def test_any_text_is_read(text: str) -> None:
    """In bounded size."""
    assert len(logs(text)) <= 50


@given(st.lists(st.tuples(*[st.floats(0, 9).map(lambda x: round(x, 4))] * 3), min_size=1, max_size=30))
def test_what_is_printed_is_read_back(rows: list[tuple[float, float, float]]) -> None:
    """Every epoch, in order."""
    text = "".join("Epoch Loss: {:.4}, Avg Acc: {:.4}, Mean IoU: {:.4}\n".format(*row) for row in rows)

    (log,) = logs(text)

    assert log.epochs == tuple(Epoch(*(float(f"{number:.4}") for number in row)) for row in rows)


def test_predictions_are_read() -> None:
    """With names that can be shown."""
    text = "load pretrained weights\ntop1 prediction: 0.444 -> mountain bike\n"
    text += "Top-1 prediction: .37->tabby\x1bcat \n"

    assert predictions("cell 3", text) == [
        Prediction("cell 3", 0.444, "mountain bike"),
        Prediction("cell 3", 0.37, "tabby\ufffdcat"),
    ]


def test_predictions_are_read_in_other_words() -> None:
    """A class with a probability or a percentage on its line; numbers alone, or of other kinds, are none."""
    text = "Predicted class: mountain bike (44.4%)\n0.44 0.37\ntorch.Size([1, 512, 7, 7])\nepoch 3 of 20\n"
    text += "tabby cat | confidence .37\nversion 2.10.3\n0  tabby  0.25\nsure by 12 percent\n"

    assert [round(one.probability, 3) for one in spoken("cell 3", text)] == [0.444, 0.37, 0.25, 0.12]


def test_what_libraries_print_is_no_prediction() -> None:
    """A cell that only loads ResNet-18 and takes the time has predicted nothing."""
    text = (
        "models/_utils.py:208: UserWarning: The parameter 'pretrained' is deprecated since 0.13 and may be\n"
    )
    text += "100%|##########| 44.7M/44.7M [00:00<00:00, 120MB/s]\n 50%|#####     | 1/2 [00:01<00:01]\n"
    text += 'Downloading: "https://download.pytorch.org/models/resnet18-0.98.pth"\ntime: 0.53\ntook 0.53 s\n'

    assert spoken("cell 3", text) == []
