"""Claimed figures held against the notebook's own logs, and against recorded runs: evidence, no verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.assignment import FCN8S, FCN32S, TITLES
from grader.intake.claims.claimed import Claimed, claimed
from grader.profiles.reading import Claims, Figure
from grader.records.submission import Claim, Epoch, TrainingRun

WHAT = {"accuracy": "pixel accuracy", "mean_iou": "mean IoU"}
HOW = {True: "from pretrained VGG-16", False: "from scratch"}
EXACT = 1e-9  # what floats lose when decimals are compared


@dataclass(frozen=True, slots=True)
class Band:
    """Where recorded runs of the course ended."""

    low: float
    high: float
    runs: int
    beyond: float  # how far outside another right run may end, as the recorded ones are few

    def reaches(self, value: float) -> bool:
        """Whether a right run may end there."""
        return self.low - self.beyond <= value <= self.high + self.beyond

    def __str__(self) -> str:
        where = f"between {self.low:g} and {self.high:g}" if self.low < self.high else f"at {self.low:g}"
        return f"{self.runs} recorded ones ended {where}"


RECORDED = {  # by network, whether it was pretrained, and the figure: the best of each run
    (FCN32S.part, True, "mean_iou"): Band(0.3697, 0.3989, 4, beyond=0.03),
    (FCN8S.part, True, "mean_iou"): Band(0.4739, 0.4852, 4, beyond=0.0115),
    (FCN32S.part, False, "mean_iou"): Band(
        0.03035, 0.03035, 5, beyond=0.0018
    ),  # zero weights learn next to nothing
    (FCN32S.part, False, "accuracy"): Band(0.3475, 0.3475, 5, beyond=0.0045),
}


def held(claims: Claims, text: str, runs: Sequence[TrainingRun]) -> tuple[Claim, ...]:
    """Every figure that the file should hold, with what the notebook's logs say of it."""
    found = claimed(text, [figure.key for figure in claims.figures])
    logs = {figure: list(_logged(figure, runs)) for figure in claims.figures}
    return tuple(_claim(figure, found.get(figure.key), logs) for figure in claims.figures)


def what(figure: Figure) -> str:
    """A figure in words."""
    return f"{WHAT[figure.what]} of {TITLES[figure.part]} {HOW[figure.pretrained]}"


@dataclass(frozen=True, slots=True)
class Logged:
    """A value that a log prints, and the cell that it stands in."""

    value: float
    label: str


def _logged(figure: Figure, runs: Sequence[TrainingRun]) -> Iterator[Logged]:
    """What the logs of its runs may mean by a figure: on test pictures, of the best epoch, of the last."""
    for run in runs:
        if run.model not in (figure.part, "") or run.pretrained != figure.pretrained:
            continue
        test = run.test_accuracy if figure.what == "accuracy" else run.test_mean_iou
        best = max(run.epochs, key=lambda epoch: epoch.mean_iou, default=None)
        for value in (test, _of(best, figure), _of(run.epochs[-1] if run.epochs else None, figure)):
            if value is not None and math.isfinite(value):
                yield Logged(value, run.label)


def _of(epoch: Epoch | None, figure: Figure) -> float | None:
    return None if epoch is None else epoch.accuracy if figure.what == "accuracy" else epoch.mean_iou


def _claim(figure: Figure, one: Claimed | None, logs: Mapping[Figure, Sequence[Logged]]) -> Claim:
    own = logs[figure]
    value = one.value if one else None
    same = next((log for log in own if one and _same(one, log)), None)
    log = same or next(iter(own), None)
    said = [_beside(one, same, log)]
    if one and value is not None and not same:
        said += [
            f"It is the {what(other)}." for other in logs if any(_same(one, each) for each in logs[other])
        ][:1]
    band = RECORDED.get((figure.part, figure.pretrained, figure.what))
    outside = value is not None and band is not None and not band.reaches(value)
    if band and outside:
        said.append(f"It is outside of what right runs reach: {band}.")
    return Claim(
        key=figure.key,
        what=what(figure),
        claimed=value,
        logged=log.value if log else None,
        label=log.label if log else "",
        holds=same is not None and not outside,
        said=" ".join(said),
    )


def _same(one: Claimed, log: Logged) -> bool:
    """Whether a claim is a log's figure, rounded or cut off after the digits that it gives."""
    return one.value is not None and abs(one.value - log.value) < one.digit + EXACT


def _beside(one: Claimed | None, same: Logged | None, log: Logged | None) -> str:
    if one is None:
        return "Not claimed: the file does not hold it."
    if one.value is None:
        return (
            f"Not claimed: no figure stands there, but {one.text!r}."
            if one.text
            else "Not claimed: it is empty."
        )
    if same:
        return f"As the log of {same.label} says."
    if log is None:
        return f"Claimed {one.value:.4g}: no run behind it, the notebook holds no such log."
    return f"Claimed {one.value:.4g}, the log of {log.label} says {log.value:.4g}."
