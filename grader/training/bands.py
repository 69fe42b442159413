"""Where right models end up, by calibration, and the thresholds that follow from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gamma, pi, sqrt
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).with_name("calibration")
LINES = ("loss", "accuracy", "iou")
RIGHT_FAILS = 1e-4  # probability that a right submission, both networks together, fails any line
CHECKS, ATTEMPTS = 6, 2  # lines of both networks; runs that a near miss has
RUN_MISSES = (RIGHT_FAILS / CHECKS) ** (1 / ATTEMPTS)

MODEL = (
    "Over seeds a right model's figure is taken as normal; a threshold is the one-sided bound, by"
    f" Student's t, that one more run misses with a probability of {RUN_MISSES:.2g}. A near miss is run"
    f" again with another seed, so that a right submission misses one of {CHECKS} lines twice with a"
    f" probability of {RIGHT_FAILS:g}, runs taken as independent."
)


@dataclass(frozen=True, slots=True)
class Band:
    """One figure of right models: mean and deviation over seeds, and the threshold."""

    mean: float
    deviation: float
    threshold: float

    @property
    def falls(self) -> bool:
        """Whether smaller is better."""
        return self.threshold > self.mean

    def reached(self, figure: float) -> bool:
        """Whether a figure is good enough."""
        return figure <= self.threshold if self.falls else figure >= self.threshold

    def near(self, figure: float) -> bool:
        """Whether a figure that is not good enough may be bad luck: no further off than the mean is."""
        return abs(figure - self.threshold) <= abs(self.mean - self.threshold)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `make calibrate` found for a plan: bands by network and line, right models' curves, and where.

    `curves[network]` holds the "mean" and the "deviation" after every epoch, 0 first: [loss, accuracy, iou].
    """

    plan: Mapping[str, Any]
    source: str
    seeds: int
    bands: Mapping[str, Mapping[str, Band]]
    curves: Mapping[str, Mapping[str, Sequence[Sequence[float]]]]


def band(figures: Sequence[float], falls: bool, deviation: float = 0.0, freedom: int = 0) -> Band:
    """Set the threshold for one figure from right models' runs.

    Their deviation is what these runs show, unless it is known with its degrees of freedom from more runs.
    """
    mean, deviation = float(np.mean(figures)), deviation or float(np.std(figures, ddof=1))
    reach = t_quantile(RUN_MISSES, freedom or len(figures) - 1) * deviation * sqrt(1 + 1 / len(figures))
    return Band(mean, deviation, mean + reach if falls else mean - reach)


def t_quantile(tail: float, freedom: int) -> float:
    """The t that Student's distribution exceeds with probability `tail`, by bisection."""
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_tail(middle, freedom) > tail else (low, middle)
    return high


def _t_tail(t: float, freedom: int) -> float:
    """Integrate the density above t, with x = t / u so that the range is finite."""
    u = np.linspace(1e-9, 1, 4001)
    scale = gamma((freedom + 1) / 2) / (sqrt(freedom * pi) * gamma(freedom / 2))
    values = scale * (1 + (t / u) ** 2 / freedom) ** (-(freedom + 1) / 2) * t / u**2
    return float(np.trapezoid(values, u))


def load(plan: str, folder: Path = FOLDER) -> Calibration | None:
    """Read a plan's calibration, if there is one."""
    path = folder / f"{plan}.json"
    if not path.exists():
        return None
    table = json.loads(path.read_text())
    bands = {
        network: {line: Band(**figures) for line, figures in lines.items()}
        for network, lines in table["bands"].items()
    }
    return Calibration(table["plan"], table["source"], table["seeds"], bands, table["curves"])
