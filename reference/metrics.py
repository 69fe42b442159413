"""How good a segmentation is: one confusion matrix, and every figure of the course a function of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]
Matrix = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Pixel accuracy, mean IoU and IoU by class, all in [0, 1]; nan where there is nothing to judge."""

    accuracy: float
    mean_iou: float
    class_iou: tuple[float, ...]


def confusion(truth: Integers, prediction: Integers, n_class: int) -> Matrix:
    """Count pixels by true class (rows) and predicted class (columns): int64 (n_class, n_class).

    Pixels whose truth is not in [0, n_class) are ignored, as in the course. Raises ValueError if the
    shapes differ or a counted prediction is not a class.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"truth has shape {truth.shape}, prediction {prediction.shape}")
    counted = (truth >= 0) & (truth < n_class)
    rows, columns = truth[counted].astype(np.int64), prediction[counted].astype(np.int64)
    if columns.size and not 0 <= columns.min() <= columns.max() < n_class:
        raise ValueError(f"predictions reach from {columns.min()} to {columns.max()}, not 0 to {n_class - 1}")
    return np.bincount(rows * n_class + columns, minlength=n_class**2).reshape(n_class, n_class)


def pixel_accuracy(matrix: Matrix) -> float:
    """Share of pixels on the diagonal; nan for an empty matrix."""
    total = matrix.sum()
    return float(np.trace(matrix) / total) if total else float("nan")


def class_iou(matrix: Matrix) -> NDArray[np.float64]:
    """Intersection over union of each class: float64 (n_class,), nan where neither side has the class."""
    hits = np.diag(matrix)
    union = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
    return np.asarray(np.divide(hits, union, out=np.full(hits.shape, np.nan), where=union > 0))


def mean_iou(matrix: Matrix) -> float:
    """Mean of the IoU over the classes that occur in truth or prediction; nan if none does."""
    ious = class_iou(matrix)
    present = ious[~np.isnan(ious)]
    return float(present.mean()) if present.size else float("nan")


def scores(matrix: Matrix) -> Scores:
    """Return every figure of a confusion matrix."""
    return Scores(pixel_accuracy(matrix), mean_iou(matrix), tuple(map(float, class_iou(matrix))))


def score(truths: Iterable[Integers], predictions: Iterable[Integers], n_class: int) -> Scores:
    """Judge a whole data set at once: its pixels go into one matrix, pictures may differ in size."""
    matrix = np.zeros((n_class, n_class), np.int64)
    for truth, prediction in zip(truths, predictions, strict=True):
        matrix += confusion(truth, prediction, n_class)
    return scores(matrix)
