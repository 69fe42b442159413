"""What a model says of labelled pictures, and what that is worth: labels stay on this side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from grader.errors import ProtocolError
from grader.training.pictures import Bytes, Labelled
from grader.training.results import Judged
from grader.wall.answers import Asks
from grader.wall.verbs import TrainPredict
from reference import metrics
from reference.facades import CLASSES

STRIDE = 2  # of the pixels whose loss is computed here, in pictures under 256 pixels


def judge(student: Asks, labelled: Labelled, at_once: int, seconds: float) -> tuple[Judged, list[Bytes]]:
    """Ask for predictions, so many pictures at once, and compare them with the labels; `seconds` for each."""
    matrix, losses, classes = np.zeros((len(CLASSES),) * 2, np.int64), [], []
    for start in range(0, len(labelled.images), at_once):
        part = slice(start, start + at_once)
        labels, stride = labelled.labels[part], max(map(_stride, labelled.labels[part]))
        predicted = predict(student, labelled.images[part], stride, seconds * len(labels))
        for label, (seen, log) in zip(labels, predicted, strict=True):
            matrix += _confusion(label, seen)
            losses.append(_cross_entropy(log, label, stride))
            classes.append(seen)
    return Judged(float(np.mean(losses)), metrics.scores(matrix)), classes


def predict(
    student: Asks, images: Sequence[Bytes], stride: int, seconds: float
) -> Iterator[tuple[Bytes, NDArray[np.float32]]]:
    """Yield each picture's classes, and its log-probabilities at every `stride`-th row and column."""
    arrays = {f"image/{number}": image for number, image in enumerate(images)}
    asked = TrainPredict(stride, sum(image.shape[0] * image.shape[1] for image in images))
    reply = student.ask(asked, arrays, seconds=seconds)
    for number, image in enumerate(images):
        yield _checked(reply.arrays, number, image.shape[:2], stride)


def _stride(picture: Bytes) -> int:
    longer = max(picture.shape[:2])
    return int(STRIDE * -(-longer // 256))


def _checked(
    arrays: Mapping[str, NDArray[Any]], number: int, size: tuple[int, ...], stride: int
) -> tuple[Bytes, NDArray[np.float32]]:
    """Take one picture's answer; what isn't of the right kind is no answer."""
    classes, log = arrays.get(f"class/{number}"), arrays.get(f"log/{number}")
    small = tuple(-(-side // stride) for side in size)
    if classes is None or classes.dtype != np.uint8 or classes.shape != size:
        raise ProtocolError("a prediction that is no class for every pixel")
    if log is None or log.dtype != np.float32 or log.shape != (len(CLASSES), *small):
        raise ProtocolError("a prediction without its log-probabilities")
    return classes, log


def _confusion(label: Bytes, classes: Bytes) -> NDArray[np.int64]:
    try:
        return metrics.confusion(label, classes, len(CLASSES))
    except ValueError as error:
        raise ProtocolError(str(error)) from error


def _cross_entropy(log: NDArray[np.float32], label: Bytes, stride: int) -> float:
    """Compute the loss; what claims to be log-probabilities is made to be some."""
    truth = torch.from_numpy(label[::stride, ::stride].astype(np.int64))[None]
    return float(F.cross_entropy(torch.from_numpy(log.copy())[None], truth))
