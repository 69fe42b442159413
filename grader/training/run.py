"""One training run: the worker takes the steps, the figures are made here."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.errors import ProtocolError, StudentError, WorkerBroke
from grader.training.kept import State
from grader.training.pictures import Bytes, Labelled, Pictures
from grader.training.plans import Plan
from grader.training.predicting import judge
from grader.training.results import Judged, Point, Run, Shown, Standing
from grader.training.resuming import Keeping
from grader.training.values import Values
from grader.wall.answers import Asks
from grader.wall.verbs import TrainBegin, TrainBest, TrainEnd, TrainPictures, TrainSteps
from reference import trainer
from reference.facades import CLASSES

PART = {"cpu": 4, "cuda": 50}  # steps a request: progress is shown after each, and a GPU waits
AT_ONCE = {"cpu": 8, "cuda": 32}  # pictures a request, when predicting
SPARSE = 20.0  # times what it takes to keep a run, until it is kept again
SHOWN = 4  # validation pictures that are kept for the report

Pictured = tuple[Shown, ...]
Told = Callable[[int, int, float], None]  # steps done, of how many, the loss of the last ones


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is about: a model of the submission, a plan, a seed, where, and how long a step may take."""

    model: str
    plan: Plan
    seed: int
    device: str
    step_limit: float


def train(
    student: Asks,
    setting: Setting,
    values: Values,
    pictures: Pictures,
    tell: Told = lambda *_: None,
    keeping: Keeping | None = None,
) -> Run:
    """Train a student's model by the course's recipe; raises StudentError, ProtocolError.

    Source: assignment, parts 1 and 2 (the kit's trainer). Labels of validation and test stay here.
    A run that is kept goes on where an equal one was.
    """
    kept = keeping.store.read() if keeping else None
    if kept and kept.test:
        return kept.standing.ended(kept.test, setting.device, kept.broke)
    start(student, setting, values, pictures.train)
    try:
        return _Course(student, setting, pictures, tell, keeping).run(kept)
    finally:
        student.ask(TrainEnd())


class _Course:
    """A run under way."""

    def __init__(
        self, student: Asks, setting: Setting, pictures: Pictures, tell: Told, keeping: Keeping | None
    ) -> None:
        self.student, self.setting, self.pictures, self.tell = student, setting, pictures, tell
        self.keeping = keeping
        self.rng = np.random.default_rng([setting.seed, 1])
        self.done, self.seconds = 0, 0.0
        self.due = 0.0  # when the run is to be kept next

    def run(self, kept: State | None) -> Run:
        """Train every epoch, judge after each, test the best."""
        standing, broke = self.resumed(kept) if kept else self.standing((), *self.validate(0, math.nan)), ""
        for epoch in range(len(standing.points), self.setting.plan.epochs + 1):
            claimed = self.epoch(epoch)
            if not math.isfinite(claimed):
                broke = f"the training loss became {claimed} in epoch {epoch}"
                break
            point, seen = self.validate(epoch, claimed)
            standing = self.standing(standing.points, point, seen, standing.shown)
            if epoch < self.setting.plan.epochs:
                self.keep(standing)
        if standing.best.epoch and (broke or standing.best is not standing.points[-1]):
            self.student.ask(TrainBest(keep=False))
        test, _ = self.judge(self.pictures.test)
        if self.keeping:
            self.keeping.finish(standing, test, broke)
        return standing.ended(test, self.setting.device, broke)

    def standing(
        self, before: tuple[Point, ...], point: Point, seen: Pictured, shown: Pictured = ()
    ) -> Standing:
        """How far the run has come with a point more: what the best state says is shown."""
        now = Standing((*before, point), seen, self.done, self.seconds)
        return now if now.best is point else replace(now, shown=shown)

    def resumed(self, kept: State) -> Standing:
        """Go on where an equal run was: the orders of its epochs are drawn again, and left."""
        assert self.keeping, "only what is kept is found"
        try:
            self.keeping.resume(self.student, kept)
        except (StudentError, ProtocolError, WorkerBroke):
            self.keeping.store.drop()  # what can't be gone on with would fail again each time
            raise
        for _ in kept.standing.points[1:]:
            self.rng.permutation(self.setting.plan.train)
        self.done, self.seconds = kept.standing.done, kept.standing.seconds
        return kept.standing

    def keep(self, standing: Standing) -> None:
        """Let the worker keep the best state, and keep the run itself here where it is to outlive us."""
        if standing.best is standing.points[-1]:
            self.student.ask(TrainBest(keep=True))
        if self.keeping and (begun := time.monotonic()) >= self.due:
            self.keeping.keep(self.student, standing)
            self.due = time.monotonic() + SPARSE * (time.monotonic() - begun)

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
        """Judge the model as it is now."""
        return judge(self.student, labelled, AT_ONCE[self.setting.device], self.setting.step_limit)


def start(student: Asks, setting: Setting, values: Values, labelled: Labelled) -> None:
    """Begin a run on these pictures."""
    given = {f"value/{name}": value for name, value in values.given.items()}
    student.ask(begin(setting, values), given, seconds=120.0)
    arrays = {f"image/{n}": image for n, image in enumerate(labelled.images)}
    arrays |= {f"label/{n}": label for n, label in enumerate(labelled.labels)}
    student.ask(TrainPictures(), arrays, seconds=120.0)


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
