"""The course's training recipe: Adam, cross entropy, one picture a step, the best model by mean IoU."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from reference import metrics
from reference.facades import CLASSES
from reference.metrics import Scores

LEARNING_RATE = 1e-4
WEIGHT_DECAY = 2e-5
PATIENCE = 3  # epochs without a lower loss until the learning rate falls
MIN_LEARNING_RATE = 1e-10

Batches = Iterable[tuple[Tensor, Tensor]]  # images (N, 3, H, W), labels (N, H, W)


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch came to: the mean training loss, and the scores on the validation set after it.

    Number 0 stands for the state before training; its loss is nan.
    """

    number: int
    loss: float
    validation: Scores


@dataclass(frozen=True, slots=True)
class Run:
    """A finished training run; `model` is as it was after `best`, the epoch with the highest mean IoU."""

    model: nn.Module
    epochs: tuple[Epoch, ...]
    best: Epoch
    test: Scores


def train(
    model: nn.Module,
    train_set: Batches,
    validation_set: Batches,
    test_set: Batches,
    epochs: int,
    progress: Callable[[Epoch], None] = lambda epoch: None,
) -> Run:
    """Train a model by the course's recipe and judge its best state on validation and test set.

    Source: assignment, parts 1 and 2 (the kit's trainer). The kit measures its last figure, called test,
    on the validation set; here each figure is what its name says.
    """
    optimizer, scheduler = recipe(model)
    history = [Epoch(0, float("nan"), evaluate(model, validation_set))]
    progress(history[0])
    best, state = history[0], copy.deepcopy(model.state_dict())
    for number in range(1, epochs + 1):
        loss = run_epoch(model, train_set, optimizer)
        scheduler.step(loss)
        history.append(Epoch(number, loss, evaluate(model, validation_set)))
        progress(history[-1])
        if history[-1].validation.mean_iou > best.validation.mean_iou:
            best, state = history[-1], copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return Run(model, tuple(history), best, evaluate(model, test_set))


def recipe(model: nn.Module, fused: bool | None = None) -> tuple[Optimizer, ReduceLROnPlateau]:
    """Return the optimiser and the schedule of the learning rate, stepped by an epoch's loss.

    `fused` goes over a small model's memory once instead of ten times.
    """
    optimizer = Adam(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=fused)
    return optimizer, ReduceLROnPlateau(optimizer, "min", patience=PATIENCE, min_lr=MIN_LEARNING_RATE)


def run_epoch(model: nn.Module, batches: Batches, optimizer: Optimizer) -> float:
    """Take one step a batch and return the mean loss."""
    model.train()
    device = device_of(model)
    losses = []
    for images, labels in batches:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images.to(device)), labels.to(device))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())  # read at the end: .item() here would wait for a GPU at every step
    return float(torch.stack(losses).mean())


@torch.no_grad()
def evaluate(model: nn.Module, batches: Batches) -> Scores:
    """Score a model on labelled pictures, in eval mode."""
    model.eval()
    device = device_of(model)
    matrix = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for images, labels in batches:
        prediction = model(images.to(device)).argmax(dim=1).cpu().numpy()
        matrix += metrics.confusion(labels.numpy(), prediction, len(CLASSES))
    return metrics.scores(matrix)


def device_of(model: nn.Module) -> torch.device:
    """Where a model's parameters are."""
    return next(model.parameters()).device
