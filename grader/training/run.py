"""One training run: the worker takes the steps, the figures are made here."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from grader.errors import ProtocolError
from grader.training.pictures import Bytes, Labelled, Pictures
from grader.training.plans import Plan
from grader.training.values import Values
from grader.wall.answers import Reply
from grader.wall.verbs import (
    Request,
    TrainBegin,
    TrainBest,
    TrainEnd,
    TrainPictures,
    TrainPredict,
    TrainSteps,
)
from reference import metrics, trainer
from reference.facades import CLASSES
from reference.metrics import Scores

V = TypeVar("V")
STRIDE = 2  # of the pixels whose loss is computed here, in pictures under 256 pixels
PART = {"cpu": 4, "cuda": 50}  # steps a request: progress is shown after each, and a GPU waits
AT_ONCE = {"cpu": 8, "cuda": 32}  # pictures a request, when predicting
SHOWN = 4  # validation pictures that are kept for the report

Told = Callable[[int, int, float], None]  # steps done, of how many, the loss of the last ones


class Asked(Protocol):
    """Whoever answers the worker's verbs: a Student, or a stand-in in tests."""

    def ask(
        self, request: Request[V], arrays: Mapping[str, NDArray[Any]] | None = None, *, seconds: float = 30.0
    ) -> Reply[V]: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """What predictions for labelled pictures are worth: mean cross entropy in nats, and the scores."""

    loss: float
    scores: Scores

    def figure(self, line: str) -> float:
        """Give the figure that a line of the rubric is about: loss, accuracy or iou."""
        return {"loss": self.loss, "accuracy": self.scores.accuracy, "iou": self.scores.mean_iou}[line]


@dataclass(frozen=True, slots=True)
class Point:
    """The state after an epoch, 0 being before the first; `claimed` is the worker's mean training loss."""

    epoch: int
    claimed: float
    validation: Judged


@dataclass(frozen=True, eq=False)
class Shown:
    """A validation picture, uint8 (H, W, 3), its true and its predicted classes, uint8 (H, W)."""

    image: Bytes
    truth: Bytes
    prediction: Bytes


@dataclass(frozen=True, eq=False)
class Run:
    """A finished training run; `best` is the epoch with the highest mean IoU, which was tested."""

    points: tuple[Point, ...]
    best: Point
    test: Judged
    shown: tuple[Shown, ...]
    device: str
    step_seconds: float
    broke: str = ""  # why it ended early

    @property
    def only_class(self) -> str:
        """The class that the best state says of every pixel shown; "" if it says more than one."""
        said = {int(value) for shown in self.shown for value in np.unique(shown.prediction)}
        return CLASSES[said.pop()] if len(said) == 1 else ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is about: a model of the submission, a plan, a seed, where, and how long a step may take."""

    model: str
    plan: Plan
    seed: int
    device: str
    step_limit: float


def train(
    student: Asked, setting: Setting, values: Values, pictures: Pictures, tell: Told = lambda *_: None
) -> Run:
    """Train a student's model by the course's recipe; raises StudentError, ProtocolError.

    Source: assignment, parts 1 and 2 (the kit's trainer). Labels of validation and test stay here.
    """
    device = start(student, setting, values, pictures.train)
    try:
        return _Course(student, setting, pictures, device, tell).run()
    finally:
        student.ask(TrainEnd())


class _Course:
    """A run under way."""

    def __init__(self, student: Asked, setting: Setting, pictures: Pictures, device: str, tell: Told) -> None:
        self.student, self.setting, self.pictures = student, setting, pictures
        self.device, self.tell = device, tell
        self.rng = np.random.default_rng([setting.seed, 1])
        self.done, self.seconds = 0, 0.0

    def run(self) -> Run:
        """Train every epoch, judge after each, test the best."""
        point, shown = self.validate(0, math.nan)
        points, best, broke, kept = [point], point, "", False
        for epoch in range(1, self.setting.plan.epochs + 1):
            claimed = self.epoch(epoch)
            if not math.isfinite(claimed):
                broke = f"the training loss became {claimed} in epoch {epoch}"
                break
            point, seen = self.validate(epoch, claimed)
            points.append(point)
            if point.validation.scores.mean_iou > best.validation.scores.mean_iou:
                best, shown, kept = point, seen, self.keep(epoch)
        if kept and best is not points[-1]:
            self.student.ask(TrainBest(keep=False))
        test, _ = self.judge(self.pictures.test)
        return Run(tuple(points), best, test, shown, self.device, self.seconds / max(1, self.done), broke)

    def keep(self, epoch: int) -> bool:
        """Let the worker keep the model as it is, unless nothing comes after."""
        last = epoch == self.setting.plan.epochs
        if not last:
            self.student.ask(TrainBest(keep=True))
        return not last

    def epoch(self, number: int) -> float:
        """Take a step on every picture of an epoch, in an order drawn here; return the mean claimed loss."""
        plan = self.setting.plan
        first = (number - 1) * plan.train % plan.pictures
        order = (first + self.rng.permutation(plan.train)).tolist()
        losses: list[float] = []
        size = PART[self.setting.device]
        for start in range(0, len(order), size):
            part = order[start : start + size]
            losses += self.steps(part, epoch_ends=start + size >= len(order))
            self.tell(self.done, self.setting.plan.train * self.setting.plan.epochs, losses[-1])
        return float(np.mean(losses))

    def steps(self, part: Sequence[int], epoch_ends: bool) -> list[float]:
        """Let the worker take a few steps; return the losses that it claims."""
        begun = time.perf_counter()
        limit = self.setting.step_limit * min(len(part), PART["cpu"])
        reply = self.student.ask(TrainSteps(tuple(part), epoch_ends), seconds=limit)
        self.done, self.seconds = self.done + len(part), self.seconds + time.perf_counter() - begun
        losses = reply.arrays.get("losses")
        if losses is None or losses.shape != (len(part),) or losses.dtype != np.float32:
            raise ProtocolError("training steps without their losses")
        return [float(loss) for loss in losses]

    def validate(self, epoch: int, claimed: float) -> tuple[Point, tuple[Shown, ...]]:
        """Judge the model as it is now, on the validation pictures."""
        judged, classes = self.judge(self.pictures.validation)
        labelled = self.pictures.validation
        seen = zip(labelled.images[:SHOWN], labelled.labels[:SHOWN], classes[:SHOWN], strict=True)
        return Point(epoch, claimed, judged), tuple(Shown(*three) for three in seen)

    def judge(self, labelled: Labelled) -> tuple[Judged, list[Bytes]]:
        """Ask for predictions and compare them with the labels."""
        matrix, losses, classes = np.zeros((len(CLASSES),) * 2, np.int64), [], []
        size = AT_ONCE[self.setting.device]
        for start in range(0, len(labelled.images), size):
            part = slice(start, start + size)
            labels, stride = labelled.labels[part], max(map(_stride, labelled.labels[part]))
            predicted = predict(
                self.student, labelled.images[part], stride, self.setting.step_limit * len(labels)
            )
            for label, (seen, log) in zip(labels, predicted, strict=True):
                matrix += _confusion(label, seen)
                losses.append(_cross_entropy(log, label, stride))
                classes.append(seen)
        return Judged(float(np.mean(losses)), metrics.scores(matrix)), classes


def predict(
    student: Asked, images: Sequence[Bytes], stride: int, seconds: float
) -> Iterator[tuple[Bytes, NDArray[np.float32]]]:
    """Yield each picture's classes, and its log-probabilities at every `stride`-th row and column."""
    arrays = {f"image/{number}": image for number, image in enumerate(images)}
    asked = TrainPredict(stride, sum(image.shape[0] * image.shape[1] for image in images))
    reply = student.ask(asked, arrays, seconds=seconds)
    for number, image in enumerate(images):
        yield _checked(reply.arrays, number, image.shape[:2], stride)


def start(student: Asked, setting: Setting, values: Values, labelled: Labelled) -> str:
    """Begin a run on these pictures; return the device that it is on."""
    given = {f"value/{name}": value for name, value in values.given.items()}
    student.ask(begin(setting, values), given, seconds=120.0)
    arrays = {f"image/{n}": image for n, image in enumerate(labelled.images)}
    arrays |= {f"label/{n}": label for n, label in enumerate(labelled.labels)}
    student.ask(TrainPictures(), arrays, seconds=120.0)
    return setting.device


def begin(setting: Setting, values: Values) -> TrainBegin:
    """Return what begins a run by the course's recipe."""
    return TrainBegin(
        setting.model,
        len(CLASSES),
        seed=setting.seed,
        device=setting.device,
        learning_rate=trainer.LEARNING_RATE,
        weight_decay=trainer.WEIGHT_DECAY,
        patience=trainer.PATIENCE,
        min_learning_rate=trainer.MIN_LEARNING_RATE,
        bounds=values.bounds,
        shapes=values.shapes,
        carried=values.carried,
    )


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
