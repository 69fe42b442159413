"""A notebook's log of FCN-32s from scratch, held against what such a run must be: evidence, no verdict.

From zero only a few values learn, so its figures are known before they are read, but for the order of the
pictures (`reference.scratch`). A log that says something else is of another network, of other data, or of
another recipe.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.assignment import FCN32S
from grader.records.submission import Epoch, TrainingRun

TABLE = Path(__file__).with_name("calibration") / "scratch.json"
CLASSES = 12  # of the data that it was computed for
FIGURES = ("loss", "accuracy", "mean IoU")
LAST_DIGIT = (0.001, 0.0006, 0.00006)  # of what logs print, and what a GPU's rounding adds
FEWEST = 2  # epochs that say something

Figures = Sequence[Sequence[float]]  # by epoch: loss, accuracy, mean IoU


@dataclass(frozen=True, slots=True)
class Computed:
    """What runs of one variant came to: the lowest and the highest of every figure, by epoch."""

    padding: int
    runs: int
    low: Figures
    high: Figures

    def off(self, epochs: Sequence[Epoch]) -> Iterator[tuple[int, int, float]]:
        """Yield what a log says otherwise: epoch, figure, value; a run's range is allowed on either side."""
        for number, (low, high, epoch) in enumerate(zip(self.low, self.high, epochs, strict=False), start=1):
            for at, value in enumerate((epoch.loss, epoch.accuracy, epoch.mean_iou)):
                room = high[at] - low[at] + LAST_DIGIT[at]
                if not low[at] - room <= value <= high[at] + room:
                    yield number, at, value

    def distance(self, epochs: Sequence[Epoch]) -> float:
        """Return how far the losses are from the middle."""
        pairs = zip(self.low, self.high, epochs, strict=False)
        return sum(abs(epoch.loss - (low[0] + high[0]) / 2) for low, high, epoch in pairs)

    def __str__(self) -> str:
        return f"padding {self.padding} in conv1_1"


@cache
def load(path: Path = TABLE) -> tuple[Computed, ...]:
    """Read the variants that a run was computed for."""
    known = json.loads(path.read_text(encoding="utf-8"))["variants"]
    return tuple(
        Computed(one["padding"], one["runs"], one["low"], one["high"]) for one in known if one["runs"]
    )


def beside(run: TrainingRun, padding: int, n_class: int = CLASSES) -> str:
    """Return what a log is beside a run from scratch by the assignment; "" where nothing can be said."""
    wanted = [one for one in load() if one.padding == padding]
    theirs = run.model in (FCN32S.part, "") and not run.pretrained
    if not theirs or not wanted or n_class != CLASSES or len(run.epochs) < FEWEST:
        return ""
    alike = [one for one in load() if not next(one.off(run.epochs), None)]
    if not alike:
        return _otherwise(wanted[0], run.epochs)
    nearest = min(alike, key=lambda one: one.distance(run.epochs))
    if nearest.padding == padding:
        return f"As a run from zeros must be: {nearest.runs} of them were computed, with {nearest}."
    return f"As a run from zeros with {nearest} would be, not padding {padding}."


def _otherwise(wanted: Computed, epochs: Sequence[Epoch]) -> str:
    number, at, value = next(wanted.off(epochs))
    low, high = wanted.low[number - 1][at], wanted.high[number - 1][at]
    expected = f"{low:.4g}" if f"{low:.4g}" == f"{high:.4g}" else f"{low:.4g} to {high:.4g}"
    return (
        f"Not a run from zeros with {wanted}: after epoch {number} its {FIGURES[at]} is {expected}, the log"
        f" says {value:.4g}. So the network began otherwise or is another one, or data or recipe were others."
    )
