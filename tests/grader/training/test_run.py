"""One training run, with a slim network in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import pytest
import torch

from grader.errors import ProtocolError
from grader.training import values
from grader.training.pictures import Labelled, Pictures
from grader.training.plans import Plan
from grader.training.run import Setting, train
from grader.wall.answers import Reply
from grader.wall.verbs import Done, Request, TrainPredict, TrainSteps, verb
from reference import metrics, trainer
from tests.grader.in_process import InProcess
from tests.grader.slim import SOURCE, edited, reading_of
from tests.share import every

V = TypeVar("V")
N = 12
PLAN = Plan("tiny", "synthetic", "seeded", train=6, validation=4, test=2, epochs=3, size=24)
SETTING = Setting("FCN8s", PLAN, seed=4, device="cpu", step_limit=30.0)


def halves(count: int, seed: int) -> Labelled:
    """Pictures whose bright half, left or right, is of class 1."""
    rng = np.random.default_rng(seed)
    labels = [np.zeros((24, 20), np.uint8) for _ in range(count)]
    for number, label in enumerate(labels):
        label[:, 10 * (number % 2) : 10 * (number % 2) + 10] = 1
    images = [
        (rng.integers(0, 60, (24, 20, 3)) + 150 * label[..., None]).astype(np.uint8) for label in labels
    ]
    return Labelled(tuple(images), tuple(labels))


PICTURES = Pictures(halves(6, 0), halves(4, 1), halves(2, 2))


class Watched(InProcess):
    """Keeps every array that goes into the worker."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.sent: list[tuple[str, str, np.ndarray]] = []

    def ask(
        self, request: Request[V], arrays: Any = None, *, seconds: float = 30.0, told: bool = False
    ) -> Reply[V]:
        self.sent += [(verb(type(request)), name, array) for name, array in (arrays or {}).items()]
        return super().ask(request, arrays, seconds=seconds)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """A learning rate that shows after a few steps."""
    monkeypatch.setattr(trainer, "LEARNING_RATE", 3e-3)


def start(source: str = SOURCE) -> values.Values:
    """First values for the slim network."""
    reading = reading_of(source)
    model = InProcess(source).world.targets["FCN8s"](n_class=N)
    return values.seeded(reading, {name: tuple(p.shape) for name, p in model.named_parameters()})


@pytest.mark.slow
def test_a_right_model_learns(fast: None) -> None:
    """The loss on withheld pictures falls, the scores rise, and the best epoch is the one that is tested."""
    done = train(InProcess(SOURCE), SETTING, start(), PICTURES)

    first, last = done.points[0].validation, done.points[-1].validation
    assert [point.epoch for point in done.points] == [0, 1, 2, 3]
    assert first.loss == pytest.approx(np.log(N), abs=1e-4)
    assert last.loss < 0.8 * first.loss
    assert done.best.validation.scores.mean_iou == max(p.validation.scores.mean_iou for p in done.points)
    assert done.test.scores.accuracy > 0.6
    assert len(done.shown) == 4
    assert done.broke == "" and 0 < done.step_seconds < SETTING.step_limit


@pytest.mark.slow
def test_a_seed_gives_a_curve(fast: None) -> None:
    """The same twice, another for another seed."""
    first, again = (train(InProcess(SOURCE), SETTING, start(), PICTURES) for _ in range(2))
    other = train(InProcess(SOURCE), Setting("FCN8s", PLAN, 5, "cpu", 30.0), start(), PICTURES)

    assert [point.validation.loss for point in first.points] == [p.validation.loss for p in again.points]
    assert first.points[-1].validation.loss != other.points[-1].validation.loss


@pytest.mark.slow
def test_labels_of_withheld_pictures_never_go_in() -> None:
    """What the worker gets of validation and test is pictures alone."""
    student = Watched(SOURCE)
    train(student, SETTING, start(), PICTURES)

    labels = [name for verb, name, _ in student.sent if name.startswith("label")]
    assert len(labels) == PLAN.train
    predicted = {(verb, name.split("/")[0]) for verb, name, _ in student.sent if verb == "train_predict"}
    assert predicted == {("train_predict", "image")}


@pytest.mark.parametrize("larger", every(2, [0, 1]))
def test_pictures_of_many_sizes_are_judged_together(larger: int) -> None:
    """Log-probabilities of one request are as coarse for its first picture as for its largest."""
    few = halves(2, 2)
    wide = np.zeros((24, 300), np.uint8)
    images, labels = list(few.images), list(few.labels)
    images[larger], labels[larger] = np.zeros((24, 300, 3), np.uint8), wide
    mixed = Labelled(tuple(images), tuple(labels))
    plan = Plan("tiny", "synthetic", "seeded", train=6, validation=4, test=2, epochs=1, size=24)

    done = train(
        InProcess(SOURCE),
        Setting("FCN8s", plan, 4, "cpu", 30.0),
        start(),
        Pictures(PICTURES.train, PICTURES.validation, mixed),
    )

    assert np.isfinite(done.test.loss)


@pytest.mark.slow
def test_scores_are_computed_here_from_the_answers() -> None:
    """What comes back is judged by the course's formulas, on all pixels."""
    student = Watched(SOURCE)
    done = train(student, SETTING, start(), PICTURES)

    expected = metrics.score(
        [shown.truth for shown in done.shown], [shown.prediction for shown in done.shown], N
    )
    assert done.best.validation.scores.accuracy == expected.accuracy
    assert done.best.validation.scores.mean_iou == expected.mean_iou


@pytest.mark.slow
def test_a_model_that_ignores_its_input_scores_a_constant(fast: None) -> None:
    """It may learn the shares of the classes, never where they are."""
    source = edited(("pool3, pool4, h = self.trunk(x)", "pool3, pool4, h = self.trunk(x * 0)"))

    done = train(InProcess(source), SETTING, start(), PICTURES)

    assert done.best.validation.scores.accuracy <= 0.6


@pytest.mark.slow
def test_progress_is_told() -> None:
    """After every few steps, with the loss."""
    told: list[tuple[int, int, float]] = []

    train(InProcess(SOURCE), SETTING, start(), PICTURES, lambda *step: told.append(step))

    assert [done for done, _, _ in told] == [4, 6, 10, 12, 16, 18]
    assert {total for _, total, _ in told} == {18}
    assert all(loss > 0 for _, _, loss in told)


def test_divergence_ends_the_run_with_its_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss that is no number is named; what was reached before is still judged."""
    monkeypatch.setattr(trainer, "LEARNING_RATE", 1e30)

    done = train(InProcess(SOURCE), SETTING, start(), PICTURES)

    assert done.broke == "the training loss became nan in epoch 1"
    assert len(done.points) == 1
    assert done.best.epoch == 0


def test_the_worker_is_freed_in_any_case() -> None:
    """Also when the student's model raises."""
    student = InProcess(SOURCE.replace("return pool3, pool4, self.score(h)", "raise KeyError(1)"))

    with pytest.raises(Exception, match="KeyError"):
        train(student, SETTING, start(), PICTURES)

    assert student.asked[-1] == "train_end"


class Lying:
    """Answers with right shapes, but for one thing."""

    def __init__(self, **wrong: np.ndarray | None) -> None:
        self.wrong = wrong

    def ask(self, request: Any, arrays: Any = None, *, seconds: float = 30.0) -> Reply[Any]:
        """Answer a request."""
        if isinstance(request, TrainSteps):
            return Reply(Done(), self._with(losses=np.ones(len(request.order), np.float32)))
        if not isinstance(request, TrainPredict):
            return Reply(Done())
        answer: dict[str, np.ndarray] = {}
        for name in arrays:
            number = name.split("/")[1]
            answer[f"class/{number}"] = np.zeros((24, 20), np.uint8)
            answer[f"log/{number}"] = np.zeros((N, 12, 10), np.float32)
        return Reply(Done(), self._with(**answer))

    def _with(self, **answer: np.ndarray) -> Mapping[str, np.ndarray]:
        changed = {name: value for name, value in self.wrong.items() if name in answer}
        return {name: value for name, value in {**answer, **changed}.items() if value is not None}


def test_a_claim_of_certainty_is_made_a_probability() -> None:
    """Huge numbers in place of log-probabilities don't make the loss small."""
    huge = np.full((N, 12, 10), 1e6, np.float32)

    done = train(Lying(**{"log/0": huge}), SETTING, values.Values({}, {}), PICTURES)

    assert done.points[0].validation.loss == pytest.approx(np.log(N))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"class/0": None}, "no class for every pixel"),
        ({"class/0": np.zeros((20, 24), np.uint8)}, "no class for every pixel"),
        ({"class/0": np.zeros((24, 20), np.int64)}, "no class for every pixel"),
        ({"class/1": np.full((24, 20), 12, np.uint8)}, "predictions reach from 12 to 12"),
        ({"log/2": None}, "without its log-probabilities"),
        ({"log/0": np.zeros((N, 24, 20), np.float32)}, "without its log-probabilities"),
        ({"losses": np.ones(3, np.float32)}, "without their losses"),
        ({"losses": np.ones(4, np.float64)}, "without their losses"),
    ],
)
def test_answers_of_another_kind_are_refused(wrong: dict[str, Any], words: str) -> None:
    """Nothing from the worker is taken as it is."""
    with pytest.raises(ProtocolError, match=words):
        train(Lying(**wrong), SETTING, values.Values({}, {}), PICTURES)


torch.set_num_threads(1)
