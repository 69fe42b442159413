"""The short training run's lines: what a model learned, measured on pictures it never saw."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

from grader.diagnosis.causes import because
from grader.errors import Blocked, Fault, GraderError, Unverified
from grader.evidence.case import Case
from grader.evidence.curves import drawn
from grader.evidence.once import attempt
from grader.evidence.training import TrainingEvidence
from grader.records.reason import Reason
from grader.records.submission import SavedEvidence
from grader.training.results import Run

NAMES = {"loss": "the loss", "accuracy": "pixel accuracy", "iou": "mean IoU"}


def check_training_loss(case: Case, training: TrainingEvidence, saved: SavedEvidence) -> None:
    """The loss falls as far as a right model's does."""
    case.pictures += drawn(training, saved)
    judge(training, "loss")


def check_training_accuracy(training: TrainingEvidence) -> None:
    """Pixel accuracy reaches its threshold."""
    judge(training, "accuracy")


def check_training_iou(training: TrainingEvidence) -> None:
    """Mean IoU reaches its threshold."""
    judge(training, "iou")


def judge(training: TrainingEvidence, line: str) -> None:
    """Compare the best state of a run with what right models reach.

    Where a fault that has a line of its own keeps the network from learning, it is no second fault.
    A network that is proved to learn as the reference does need not be trained.
    """
    if not training.unproved:
        return
    runs = training.runs(line)
    share, run = max(
        ((training.share(line, _figure(run, line)), run) for run in reversed(runs)), key=itemgetter(0)
    )
    actual = _actual(run, line)
    if share and (why := training.impossible(runs)):
        raise Unverified(Reason(why, actual=actual))
    if share == 1:
        return
    expected, actual = (
        _expected(training, line),
        f"{actual}: {100 * share:.0f} % of the points" if share else actual,
    )
    if training.trainer.is_right:
        name = training.network.name
        why = f"{name} computes what the reference computes, and yet learned less in {len(runs)} runs"
        raise Unverified(Reason(why, expected=expected, actual=actual))
    fault = replace(_fault(training, run, line), expected=expected, actual=actual)
    if training.charged:
        text = f"{fault.text}, see {' and '.join(training.charged)}"
        raise Blocked(replace(fault, text=text, help="", cause=None), share)
    raise Fault(fault, share)


def _fault(training: TrainingEvidence, run: Run, line: str) -> Reason:
    name = training.network.name
    if run.broke:
        help = "Something in the forward pass grows without bound, or divides by zero."
        return because(
            "training.infinite",
            network=name,
            text=f"training broke off: {run.broke}",
            help=help,
            actual=run.broke,
        )
    help = "A model that learns less than it should has cut gradients, lost its input, or lacks layers."
    if run.only_class:
        text = f"{name} does not learn: it says `{run.only_class}` of every pixel"
        return because("training.constant", network=name, text=text, help=help, actual=run.only_class)
    first, best = (point.validation.figure(line) for point in (run.points[0], run.best))
    steps = training.plan.train * (len(run.points) - 1)
    text = f"{NAMES[line]} on pictures it never saw went from {first:.3f} to {best:.3f} in {steps} steps"
    return because("training.below", figure=NAMES[line], text=text, help=help, actual=f"{best:.3f}")


def _expected(training: TrainingEvidence, line: str) -> str:
    known = attempt(lambda: (training.band(line), training.calibration.seeds))
    wanted = f"{training.scales[line]}" if line in training.scales else ""
    if isinstance(known, GraderError):
        return wanted
    band, seeds = known
    bound = "at most" if band.falls else "at least"
    right = f"right models reach {band.mean:.3f} ± {band.deviation:.3f} ({seeds} seeds)"
    return f"{wanted or f'{bound} {band.threshold:.3f}'}; {right}"


def _figure(run: Run, line: str) -> float:
    return run.best.validation.figure(line)


def _actual(run: Run, line: str) -> str:
    return f"validation {_figure(run, line):.3f}, test {run.test.figure(line):.3f}"
