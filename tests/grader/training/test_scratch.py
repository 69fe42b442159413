"""A log from scratch is told from what such a run can't print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from grader.records.submission import Epoch, TrainingRun
from grader.training.scratch import beside, load

RECORDED = {  # losses that notebooks printed, to three digits, by padding; all ended at .3475/.03035
    150: (2.431, 2.202, 2.008, 1.943, 1.93, 1.925, 1.922, 1.92, 1.918, 1.916),
    100: (2.431, 2.204),
}


def run(epochs: Iterable[Epoch], **how: object) -> TrainingRun:
    return TrainingRun("cell 7", "fcn32s", False, tuple(epochs), **how)  # type: ignore[arg-type]  # as named


def computed(padding: int, number: int = 0) -> list[Epoch]:
    """The middle of what was computed; by another way to round there are two of some paddings."""
    one = [each for each in load() if each.padding == padding][number]
    pairs = zip(one.low, one.high, strict=True)
    return [Epoch(*((low + high) / 2 for low, high in zip(*pair, strict=True))) for pair in pairs]


def test_a_right_run_is_one() -> None:
    """Also where it was cut off, or went on."""
    for epochs in (computed(100), computed(100)[:4], [*computed(100), Epoch(1.91, 0.35, 0.031)]):
        assert beside(run(epochs), 100).startswith("As a run from zeros must be: ")


@pytest.mark.parametrize("number", [0, 1])
def test_padding_150_is_told_from_100(number: int) -> None:
    """As the assignment asks for the other; however pools round, which figures don't tell."""
    log = run(computed(150, number))

    assert beside(log, 100) == "As a run from zeros with padding 150 in conv1_1 would be, not padding 100."
    assert beside(log, 150).startswith("As a run from zeros must be: ")


@pytest.mark.parametrize("padding", RECORDED)
def test_recorded_logs_are_such_runs(padding: int) -> None:
    """To the digits that they give."""
    middle = computed(padding)
    logged = [replace(one, loss=loss) for one, loss in zip(middle, RECORDED[padding], strict=False)]

    assert beside(run(logged), padding).startswith("As a run from zeros must be: ")


@pytest.mark.parametrize(
    ("epoch", "change", "what"),
    [
        (1, {"loss": 1.9}, "after epoch 1 its loss is 2.429 to 2.432, the log says 1.9."),
        (3, {"accuracy": 0.45}, "after epoch 3 its accuracy is 0.3431, the log says 0.45."),
        (10, {"mean_iou": 0.14}, "after epoch 10 its mean IoU is 0.03"),
    ],
)
def test_another_run_is_none(epoch: int, change: dict[str, float], what: str) -> None:
    """The first figure that differs is named."""
    epochs = computed(100)
    epochs[epoch - 1] = replace(epochs[epoch - 1], **change)
    said = beside(run(epochs), 100)

    assert said.startswith("Not a run from zeros with padding 100 in conv1_1: ")
    assert what in said


def test_nothing_is_said_of_what_was_not_computed() -> None:
    """Pretrained runs, FCN-8s, another year's padding or classes, one epoch."""
    right = run(computed(100))
    for one in (replace(right, pretrained=True), replace(right, model="fcn8s"), run(right.epochs[:1])):
        assert beside(one, 100) == ""
    assert beside(right, 112) == beside(right, 100, n_class=7) == ""
