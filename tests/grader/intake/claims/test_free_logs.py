"""A training log is read in whatever words a loop of one's own prints it."""

from __future__ import annotations

import time

import pytest

from grader.intake.claims.logs import Log, logs
from grader.records.submission import Epoch

FIGURES = ((2.431, 0.3431, 0.02859), (2.204, 0.345, 0.0286))
RUN = Log(tuple(Epoch(*figures) for figures in FIGURES), 0.345, 0.0286)
INIT = "Init Model\nAvg Acc: 0.2307, Mean IoU: 0.01922\n"
TEST = "Test Acc: {1} | Test mIoU: {2}\n"


def printed(line: str, test: str = TEST, init: str = INIT) -> str:
    """A log of two epochs in which a line is an epoch."""
    epochs = "".join(f"{line.format(*figures, n)}\n" for n, figures in enumerate(FIGURES, 1))
    return init + epochs + test.format(*FIGURES[-1])


@pytest.mark.parametrize(
    "line",
    [
        "Epoch {3}/10 | Epoch Loss: {0} | Avg Acc: {1} | Mean IoU: {2}",
        "Epochs: {3}\nEpoch Loss: {0}\nAvg Acc: {1}\nMean IoU: {2}",
        "Epoch Loss {0} Avg Acc {1} Mean IoU {2}",
        "Epoch {3}: loss={0}\tmIoU={2}\tpixel_accuracy={1}",
        "[{3}/10] train loss: {0} - train acc: 0.9 - val acc: {1} - val mIoU: {2} - best mIoU: 0.5",
        "{{'epoch': {3}, 'train/loss': {0}, 'val/acc': {1}, 'val/miou': {2}}}",
        "Loss: tensor({0}), Acc: np.float64({1}), IoU: np.float64({2})",
        "batch 100 loss: 9.9\nbatch 200 loss: {0}\nAccuracy: {1}; mean IoU: {2}",
        "500/500 [=====] - 62s 124ms/step - loss: {0} - accuracy: {1} - mean_io_u: {2}",
        "loss: {0} - accuracy: 0.9 - mean_io_u: 0.8 - val_loss: 9.9 - val_accuracy: {1} - val_mean_io_u: {2}",
        "第{3}轮 损失：{0} 验证准确率：{1} 平均交并比：{2}",
        "Trainingsverlust {0}, Validierungsgenauigkeit {1}, mittlere IoU {2}",
        "Pérdida: {0} | precisión de validación: {1} | IoU media: {2}",
    ],
)
def test_names_before_numbers_are_enough(line: str) -> None:
    """In any order, on one line or several; what is measured before and while training is left out."""
    assert logs(printed(line)) == [RUN]


def test_percentages_are_shares() -> None:
    """With their sign or without it."""
    line, test = "Loss: {0} | Acc: 34.31% | mIoU: 2.859%", "Test accuracy: 34.5, test mIoU: 2.86"

    (run,) = logs(printed(line, test, init=""))

    assert run.epochs[0].accuracy == pytest.approx(0.3431)
    assert (run.test_accuracy, run.test_mean_iou) == pytest.approx((0.345, 0.0286))


def test_a_comma_may_stand_for_the_point() -> None:
    """As German, French and Spanish programs print it."""
    text = printed("Verlust {0} Genauigkeit {1} mIoU {2}", "Testgenauigkeit: {1}, Test-mIoU: {2}\n", "")

    assert logs(text.replace(".", ",")) == [RUN]


def test_training_and_validation_on_a_line_are_one_epoch() -> None:
    """Half as many epochs as figures."""
    line = "loss: {0} - accuracy: 0.9 - mean_io_u: 0.8 - val_loss: 9 - val_accuracy: {1} - val_mean_io_u: {2}"

    (run,) = logs(printed(line))

    assert len(run.epochs) == 2


@pytest.mark.parametrize(
    ("line", "last", "tested"),
    [
        ("loss {0} - val acc {1} - val mIoU {2}", "Evaluation - accuracy: {1}, mean IoU: {2}", True),
        ("loss {0}, acc {1}, mIoU {2}", "Final evaluation: accuracy {1}, mean IoU {2}", True),
        ("loss {0}\nEvaluation - accuracy: {1}, mean IoU: {2}", "", False),
        ("loss {0} - val acc {1} - val mIoU {2}", "Evaluation: acc 0.9, mIoU 0.8\n" + TEST, True),
    ],
)
def test_an_evaluation_is_the_test_where_epochs_are_measured_by_another_name(
    line: str, last: str, tested: bool
) -> None:
    """Where all are evaluations they are what epochs measure; what is called a test counts before them."""
    (run,) = logs(printed(line, last, init=""))

    assert (run.test_accuracy, run.test_mean_iou) == ((0.345, 0.0286) if tested else (None, None))
    assert len(run.epochs) >= 2


def test_a_loss_may_stand_behind_what_it_belongs_to() -> None:
    """Where it does so in each epoch."""
    assert logs(printed("Acc: {1} IoU: {2} Loss: {0}", init="")) == [RUN]


def test_a_test_in_other_words_ends_the_course_s_own_log() -> None:
    """And figures without a loss are no training."""
    own = "Epoch Loss: {0}, Avg Acc: {1}, Mean IoU: {2}"

    assert logs(printed(own, "On the test set: accuracy = {1}, mIoU = {2}")) == [RUN]
    assert logs("accuracy: 0.5, IoU: 0.3") == []


def test_figures_beyond_every_number_are_left_out() -> None:
    """As they are of the course's own log."""
    beyond = "loss 1e999 acc 1e999 miou 1e999\n"

    assert logs(printed("loss {0} acc {1} miou {2}\n" + beyond, f"test {beyond}" + TEST, init="")) == [RUN]


def test_several_runs_end_with_their_tests() -> None:
    """In one cell."""
    assert logs(printed("loss {0} acc {1} miou {2}", init="") * 2) == [RUN, RUN]


@pytest.mark.parametrize("line", ["loss 1 acc 1 iou 1\n", "a" * 1000 + "\n", "loss " * 1000, "test acc 1 "])
def test_odd_text_is_read_in_linear_time(line: str) -> None:
    """As much of it as is looked at."""
    began = time.process_time()

    logs(line * (40_000 // len(line)))

    assert time.process_time() - began < 1
