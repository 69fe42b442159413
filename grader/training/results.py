"""What a training run came to: its figures after each epoch, and what its best state says of pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.training.pictures import Bytes
from reference.facades import CLASSES
from reference.metrics import Scores


@dataclass(frozen=True, slots=True)
class Judged:
    """What predictions for labelled pictures are worth: mean cross entropy in nats, and the scores."""

    loss: float
    scores: Scores

    def figure(self, line: str) -> float:
        """The figure that a line of the rubric is about: loss, accuracy or iou."""
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
class Standing:
    """How far a run has come: its figures, what its best state says, steps taken and seconds they took."""

    points: tuple[Point, ...]
    shown: tuple[Shown, ...]
    done: int
    seconds: float

    @property
    def best(self) -> Point:
        """The first of the epochs with the highest mean IoU."""
        return max(self.points, key=lambda point: point.validation.scores.mean_iou)

    def ended(self, test: Judged, device: str, broke: str = "") -> Run:
        """The run that ends here, its best state tested."""
        pace = self.seconds / max(1, self.done)
        return Run(self.points, self.best, test, self.shown, device, pace, broke)


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
