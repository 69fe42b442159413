"""The course's training recipe, on a model of one layer."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from reference import trainer
from reference.metrics import Scores

Batch = tuple[Tensor, Tensor]
torch.set_num_threads(1)


def batches(count: int = 4, seed: int = 0) -> list[Batch]:
    """Pictures whose class can be seen in their brightest channel."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(count, 1, 3, 8, 8, generator=generator)
    return [(image, image.argmax(1)) for image in images]


def figures(scores: Scores) -> tuple[float, float]:
    """The figures that can be compared: IoU of absent classes is nan."""
    return scores.accuracy, scores.mean_iou


@pytest.fixture
def model() -> nn.Conv2d:
    """A model of one layer for 12 classes."""
    torch.manual_seed(0)
    return nn.Conv2d(3, 12, 1)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """A learning rate that shows in a few steps."""
    monkeypatch.setattr(trainer, "LEARNING_RATE", 0.1)


def test_the_recipe_is_the_courses(model: nn.Conv2d) -> None:
    """Adam at 1e-4 with decay 2e-5; the rate falls tenfold after three epochs without a lower loss."""
    optimizer, scheduler = trainer.recipe(model)
    group = optimizer.param_groups[0]

    rates = []
    for loss in [1, 2, 2, 2, 2, 0.5]:
        scheduler.step(loss)
        rates.append(group["lr"])

    assert isinstance(optimizer, torch.optim.Adam)
    assert group["weight_decay"] == 2e-5
    assert rates == pytest.approx([1e-4, 1e-4, 1e-4, 1e-4, 1e-5, 1e-5])
    assert scheduler.min_lrs == [1e-10]


@pytest.mark.slow
def test_training_learns_and_reports_every_epoch(model: nn.Conv2d, fast: None) -> None:
    """Epoch 0 is the model before training; the loss falls and the scores rise from there."""
    reported: list[trainer.Epoch] = []

    run = trainer.train(
        model, batches(), batches(seed=1), batches(seed=2), epochs=5, progress=reported.append
    )

    assert tuple(reported) == run.epochs
    assert [epoch.number for epoch in run.epochs] == [0, 1, 2, 3, 4, 5]
    assert math.isnan(run.epochs[0].loss)
    assert run.epochs[5].loss < run.epochs[1].loss
    assert run.best.validation.mean_iou > run.epochs[0].validation.mean_iou + 0.1


def test_the_model_returned_is_the_best_by_mean_iou(model: nn.Conv2d, fast: None) -> None:
    """Of a run that gets worse at its end the best state is kept, and it is the one that is tested."""
    spoiled = batches()
    test = batches(seed=2)

    class Spoiling:
        passes = 0

        def __iter__(self) -> Iterator[Batch]:
            self.passes += 1
            return iter(spoiled if self.passes < 4 else [(image, 11 - label) for image, label in spoiled])

    run = trainer.train(model, Spoiling(), batches(seed=1), test, epochs=8)

    assert run.best.number < 8
    assert run.best.validation.mean_iou == max(epoch.validation.mean_iou for epoch in run.epochs)
    assert figures(trainer.evaluate(run.model, batches(seed=1))) == figures(run.best.validation)
    assert figures(trainer.evaluate(run.model, test)) == figures(run.test)


def test_a_model_that_never_improves_is_returned_as_it_was(model: nn.Conv2d, fast: None) -> None:
    """If no epoch beats the start, the start is the best."""
    perfect = [(image, model(image).argmax(1)) for image, _ in batches()]
    before = model.weight.detach().clone()

    run = trainer.train(model, batches(), perfect, perfect, epochs=2)

    assert run.best.number == 0
    assert torch.equal(run.model.state_dict()["weight"], before)


def test_evaluation_changes_nothing(fast: None) -> None:
    """Judging a model is done in eval mode and without gradients."""
    model = nn.Sequential(nn.Conv2d(3, 12, 1), nn.BatchNorm2d(12), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in model.state_dict().items()}

    first, second = (trainer.evaluate(model, batches()) for _ in range(2))

    assert figures(first) == figures(second)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
