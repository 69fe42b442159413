"""Training curves as plain coordinates, for the template to draw as inline SVG.

Not matplotlib: these lines take no import of half a second, follow the page's light and dark colours,
print sharply, and come out the same byte for byte, so that goldens can hold them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.records.submission import TrainingRun

LEFT, RIGHT, TOP, BOTTOM = 34.0, 226.0, 8.0, 88.0  # the plot's frame, in the units of the SVG's view box
LEAST, MOST = 1e-6, 1e9  # an axis ends between these
STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)  # what an axis may end at, times a power of ten


@dataclass(frozen=True, slots=True)
class Curve:
    """One figure over the epochs: `lines` are runs of finite values as SVG points, `dot` is the best one."""

    title: str
    lines: tuple[str, ...]
    dot: tuple[float, float] | None
    top: str
    epochs: int
    best: str
    last: str


def curves(run: TrainingRun) -> tuple[Curve, ...]:
    """Loss, pixel accuracy and mean IoU of a run."""
    return (
        curve("Loss", [epoch.loss for epoch in run.epochs], falls=True),
        curve("Accuracy", [epoch.accuracy for epoch in run.epochs]),
        curve("Mean IoU", [epoch.mean_iou for epoch in run.epochs]),
    )


def curve(title: str, values: Sequence[float], falls: bool = False) -> Curve:
    """The values over epochs 1, 2 ...; what is not finite leaves a gap."""
    finite = {epoch: value for epoch, value in enumerate(values) if math.isfinite(value)}
    top = axis_end(max(finite.values(), default=1.0))
    points = {epoch: _point(epoch, value, len(values), top) for epoch, value in finite.items()}
    at = (min if falls else max)(finite, key=finite.__getitem__, default=None)
    return Curve(
        title=title,
        lines=_lines(points),
        dot=None if at is None else points[at],
        top=f"{top:g}",
        epochs=len(values),
        best="" if at is None else f"{finite[at]:.4f} in epoch {at + 1}",
        last=f"{values[-1]:.4f}" if values else "",
    )


def axis_end(highest: float) -> float:
    """The smallest round number that is not under `highest`; LEAST to MOST, whatever a log says."""
    highest = min(max(highest, LEAST), MOST)
    power = 10.0 ** math.floor(math.log10(highest))
    return next((step * power for step in STEPS if step * power >= highest), 10 * power)


def _point(epoch: int, value: float, epochs: int, top: float) -> tuple[float, float]:
    along = epoch / (epochs - 1) if epochs > 1 else 0.5
    up = min(max(value / top, 0.0), 1.0)
    return round(LEFT + along * (RIGHT - LEFT), 1), round(BOTTOM - up * (BOTTOM - TOP), 1)


def _lines(points: dict[int, tuple[float, float]]) -> tuple[str, ...]:
    lines: list[list[str]] = []
    previous = None
    for epoch, (x, y) in points.items():
        if previous is None or epoch != previous + 1:
            lines.append([])
        lines[-1].append(f"{x},{y}")
        previous = epoch
    return tuple(" ".join(line) for line in lines)
