"""Pictures of a training run, for the report: curves, predictions, classes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from grader.records.grade import Picture
from grader.records.submission import Epoch
from grader.training.bands import LINES, Calibration
from grader.training.results import Run, Shown
from reference.facades import CLASSES, PALETTE

NAMES = {"loss": "loss", "accuracy": "pixel accuracy", "iou": "mean IoU"}
OURS, RIGHT, CLAIMED, DIM = "#1f5fbf", "#9ab8e6", "#b0752a", "#8a8f98"
CELL = 160  # pixels of a picture's longer side in the strip
WRONG = np.array([214, 60, 60], np.uint8)


def draw(
    run: Run, part: str, name: str, calibration: Calibration | None, claimed: Sequence[Epoch]
) -> list[Picture]:
    """Draw a run: its curves over right models' and the notebook's own, what it predicts, IoU by class."""
    return [
        learning(run, part, name, calibration, claimed),
        Picture(part, f"{name}: picture, truth, prediction, errors", _strip(run.shown)),
        Picture(part, f"{name}: IoU by class, validation", _bars(run)),
    ]


def learning(
    run: Run, part: str, name: str, calibration: Calibration | None, claimed: Sequence[Epoch]
) -> Picture:
    """Draw loss, accuracy and mean IoU by epoch, beside right models' where a calibration is given."""
    figure = Figure(figsize=(11, 3), layout="constrained")
    for row, (axes, line) in enumerate(zip(figure.subplots(1, 3), LINES, strict=True)):
        if calibration and line in calibration.bands.get(part, {}):
            _right(axes, part, row, line, calibration)
        figures = [point.validation.figure(line) for point in run.points]
        axes.plot(figures, "o-", color=OURS, label="this model")
        _claim(axes, len(run.points) - 1, line, claimed)
        _frame(axes, line)
    figure.axes[0].legend(fontsize=7.5, frameon=False)
    caption = f"{name}: what it learns"
    if calibration:
        caption += f"; thresholds from {_source(calibration)}"
    return Picture(part, caption, _png(figure), reference=calibration is not None)


def proved(part: str, name: str, calibration: Calibration, claimed: Sequence[Epoch]) -> Picture:
    """Draw what right models learn, for a network that is proved to learn as they do."""
    figure = Figure(figsize=(11, 3), layout="constrained")
    epochs = len(calibration.curves[part]["mean"]) - 1 if part in calibration.curves else 1
    for row, (axes, line) in enumerate(zip(figure.subplots(1, 3), LINES, strict=True)):
        if line in calibration.bands.get(part, {}):
            _right(axes, part, row, line, calibration)
        _claim(axes, epochs, line, claimed)
        _frame(axes, line)
    figure.axes[0].legend(fontsize=7.5, frameon=False)
    how = f"{name} was not trained: its loss, every gradient and a step are the reference's"
    caption = f"{how}. What right models learn: {_source(calibration)}"
    return Picture(part, caption, _png(figure), reference=True)


def _frame(axes: Axes, line: str) -> None:
    axes.set_title(NAMES[line], fontsize=10)
    axes.set_xlabel("epoch")
    axes.grid(alpha=0.25)


def _source(calibration: Calibration) -> str:
    return f"{calibration.seeds} seeds ({calibration.source.replace('`', '')})"


def _right(axes: Axes, part: str, row: int, line: str, calibration: Calibration) -> None:
    """Paint right models' range, two deviations each way, and the threshold."""
    axes.axhline(calibration.bands[part][line].threshold, color=DIM, ls="--", lw=1, label="threshold")
    if part not in calibration.curves:
        return
    curve = calibration.curves[part]
    mean, deviation = (np.array(curve[kind])[:, row] for kind in ("mean", "deviation"))
    low, high = mean - 2 * deviation, mean + 2 * deviation
    axes.fill_between(np.arange(len(mean)), low, high, color=RIGHT, alpha=0.5, lw=0, label="right models")


def _claim(axes: Axes, epochs: int, line: str, claimed: Sequence[Epoch]) -> None:
    """Lay the notebook's own curve over ours: other pictures, more steps, so that only its shape compares."""
    values = {"loss": "loss", "accuracy": "accuracy", "iou": "mean_iou"}[line]
    if claimed:
        where = np.linspace(epochs / len(claimed), epochs, len(claimed))
        label = f"the notebook's log ({len(claimed)} epochs)"
        axes.plot(where, [getattr(epoch, values) for epoch in claimed], color=CLAIMED, lw=1, label=label)


def _strip(shown: Sequence[Shown]) -> bytes:
    panels = [np.hstack([_cell(panel) for panel in _panels(one)]) for one in shown]
    rows = [np.hstack(panels[n : n + 2]) for n in range(0, len(panels) - len(panels) % 2, 2)] or panels
    return bytes(cv2.imencode(".png", np.vstack(rows)[..., ::-1])[1].tobytes())


def _panels(one: Shown) -> tuple[NDArray[np.uint8], ...]:
    errors = np.where((one.truth != one.prediction)[..., None], WRONG, one.image // 2 + 110)
    return one.image, PALETTE[one.truth], PALETTE[one.prediction], errors.astype(np.uint8)


def _cell(panel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = CELL / max(panel.shape[:2])
    size = round(panel.shape[1] * scale), round(panel.shape[0] * scale)
    cell = np.full((CELL + 4, CELL + 4, 3), 255, np.uint8)
    cell[: size[1], : size[0]] = cv2.resize(panel, size, interpolation=cv2.INTER_NEAREST)
    return cell


def _bars(run: Run) -> bytes:
    figure = Figure(figsize=(4.6, 3.6), layout="constrained")
    axes = figure.subplots()
    ious = np.nan_to_num(run.best.validation.scores.class_iou)
    axes.barh(CLASSES, ious, color=PALETTE / 255, edgecolor=DIM, lw=0.5)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("intersection over union")
    axes.grid(axis="x", alpha=0.25)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return content.getvalue()
