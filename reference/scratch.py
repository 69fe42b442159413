"""FCN-32s trained from scratch, computed from the few values that can learn.

Where every convolution starts at zero, nothing reaches the score layer but its own bias, and no gradient
comes further down: only that bias and the transposed convolution learn. What they make of a picture depends
on its size alone, and repeats every 32 pixels, but for the sides. So a picture is as good as the count of its
labels by place in that pattern, and ten epochs of the course's recipe take a minute instead of a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reference import metrics, trainer
from reference.architecture import FIRST_PADDING, fcn32s
from reference.facades import CLASSES, Bytes
from reference.fcn import bilinear_weight
from reference.metrics import Scores
from reference.trainer import Epoch

KERNEL, STRIDE, CROP = 64, 32, fcn32s().crop
POOLS, SHRINKS = 5, 6  # max pools, and what fc6 takes off each side
FIRST, BOTH, LAST = range(3)  # a pixel under the first cell of the map alone, under two, under the last alone
PLACES = 3 * STRIDE  # along a side
KINDS = len(CLASSES)

Counts = NDArray[np.uint16]  # (PLACES, PLACES, KINDS): pixels of each class at each place


class TooShortError(ValueError):
    """The network's output is smaller than the picture, so that the crop does not fit."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What decides how large the map is: conv1_1's padding, and whether pools round up; the crop stays."""

    padding: int = FIRST_PADDING
    ceil: bool = True

    def cells(self, side: int) -> int:
        """Return how many cells the score map has along a side of a picture."""
        cells = side + 2 * self.padding - 2
        for _ in range(POOLS):
            cells = -(-cells // 2) if self.ceil else cells // 2
        return cells - SHRINKS

    def places(self, side: int) -> NDArray[np.int64]:
        """Return the place in the pattern of each pixel along a side; raises TooShortError."""
        cells = self.cells(side)
        pixels = np.arange(CROP, CROP + side)
        if cells < 1 or pixels[-1] >= STRIDE * (cells - 1) + KERNEL:
            raise TooShortError(f"{side} pixels do not fit")
        block = pixels // STRIDE
        kind = np.where(block == 0, FIRST, np.where(block == cells, LAST, BOTH))
        return np.asarray(kind * STRIDE + pixels % STRIDE)

    def counts(self, label: Bytes) -> Counts:
        """Count the pixels of each class at each place; raises TooShortError."""
        rows, columns = (self.places(side) for side in label.shape)
        at = (rows[:, None] * PLACES + columns) * KINDS + label
        found = np.bincount(at.ravel(), minlength=PLACES * PLACES * KINDS)
        return found.astype(np.uint16).reshape(PLACES, PLACES, KINDS)


class Learner(nn.Module):
    """The score layer's bias, and the transposed convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(KINDS))
        self.weight = nn.Parameter(bilinear_weight(KINDS, KINDS, KERNEL))

    def forward(self) -> Tensor:
        """Return the logits at every place: float32 (KINDS, PLACES, PLACES)."""
        kernel = torch.einsum("c,cdhw->dhw", self.bias, self.weight)
        return _overlapped(_overlapped(kernel, 1), 2)

    def loss(self, counts: Tensor) -> Tensor:
        """Return the mean cross entropy of a picture by its counts."""
        logs: Tensor = self().log_softmax(0)
        return -(counts * logs.permute(1, 2, 0)).sum() / counts.sum()


def _overlapped(kernel: Tensor, axis: int) -> Tensor:
    """Return what pixels get along an axis: from their first cell, from two, from their last."""
    before, behind = kernel.split(STRIDE, axis)
    return torch.cat([before, before + behind, behind], axis)


def run(
    train_set: Sequence[Counts],
    validation_set: Iterable[Counts],
    epochs: int,
    seed: int,
    progress: Callable[[Epoch], None] = lambda epoch: None,
) -> tuple[Epoch, ...]:
    """Train from scratch by the course's recipe, the pictures' order drawn from `seed`."""
    judged = np.sum([counts.astype(np.int64) for counts in validation_set], axis=0)
    learner, order = Learner(), np.random.default_rng(seed)
    optimizer, scheduler = trainer.recipe(learner, fused=True)
    history = [Epoch(0, float("nan"), _scores(learner, judged))]
    for number in range(1, epochs + 1):
        losses = []
        for at in order.permutation(len(train_set)):
            optimizer.zero_grad()
            loss = learner.loss(torch.from_numpy(train_set[at].astype(np.float32)))
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        scheduler.step(float(np.mean(losses)))
        history.append(Epoch(number, float(np.mean(losses)), _scores(learner, judged)))
        progress(history[-1])
    return tuple(history)


@torch.no_grad()
def _scores(learner: Learner, counts: NDArray[np.int64]) -> Scores:
    said = learner().argmax(0).numpy()  # (PLACES, PLACES)
    matrix = np.zeros((KINDS, KINDS), np.int64)  # truth x prediction
    for kind in range(KINDS):
        matrix[:, kind] = counts[said == kind].sum(axis=0)
    return metrics.scores(matrix)
