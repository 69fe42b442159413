"""Training logs and predictions in what cells printed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import re2

from grader.assignment import EPOCH_FIELDS, TEST_FIELDS, TOP1
from grader.intake.claims.free_logs import free_logs
from grader.intake.files.basket import shown
from grader.records.submission import Epoch, Prediction

NUMBER = r"\s*[:=]\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*%?|nan|inf)"


def _numbers(fields: tuple[str, ...]) -> str:
    return r"\s*,\s*".join(f"{name}{NUMBER}" for name in fields)


LINE = re2.compile(
    rf"(?i)(?P<start>Init Model)"
    rf"|{_numbers(EPOCH_FIELDS)}"
    rf"|{_numbers(TEST_FIELDS)}"
)
PREDICTION = re2.compile(rf"(?i){TOP1}\s*:\s*(\d*\.?\d+)\s*->\s*([^\n]{{1,100}})")
SPOKEN = re2.compile(r"(?:^|[^\w.])(0?\.\d{2,20}|1\.0{1,9}|\d{1,3}(?:\.\d{1,20})?\s*(?:%|percent\b))")
UNSAID = re2.compile(  # what no prediction holds: a warning of a library, a bar of progress, a time
    r"(?i)warning|deprecat|https?:|%\||\b(?:elapsed|took|time|seconds?|secs?)\b|\d *m?s\b"
)
WORD = re2.compile(r"\pL{2}")  # of a name; a line of numbers alone tells no class
MOST_EPOCHS = 500  # of a run; the course's has 20
FROM_ZEROS = 0.06  # mean IoU: from zeros a model ends at .030, from VGG-16 its first epoch ends above .14
MOST = 50  # runs, and predictions, of one cell


@dataclass(frozen=True, slots=True)
class Log:
    """One training run, as it was printed."""

    epochs: tuple[Epoch, ...] = ()
    test_accuracy: float | None = None
    test_mean_iou: float | None = None

    @property
    def learns(self) -> bool:
        """Whether it got past what a model can that begins with zeros, whose convolutions never learn."""
        return any(epoch.mean_iou > FROM_ZEROS for epoch in self.epochs)


def logs(text: str) -> list[Log]:
    """The training runs in a text, in order; epochs whose numbers aren't finite are left out.

    What the course's trainer doesn't print, epochs or a test, counts in other words too.
    """
    found = [log for log in _runs(text) if log.epochs or log.test_accuracy is not None][:MOST]
    trained, tested = any(log.epochs for log in found), any(log.test_accuracy is not None for log in found)
    if trained and tested:
        return found
    free = [log for log in _free(text) if log.epochs or log.test_accuracy is not None][:MOST]
    if not trained:
        return free or found
    last = free[-1] if free else found[-1]
    return [*found[:-1], replace(last, epochs=found[-1].epochs)]


def _free(text: str) -> Iterator[Log]:
    for epochs, test in free_logs(text, MOST_EPOCHS):
        yield Log(epochs, *(test["accuracy"], test["mean_iou"]) if len(test) == 2 else (None, None))


def _runs(text: str) -> Iterator[Log]:
    epochs: list[Epoch] = []
    for match in LINE.finditer(text):
        if match["start"]:
            yield Log(tuple(epochs))
            epochs = []
            continue
        numbers = [_number(number) for number in match.groups()[1:] if number is not None]
        if not all(map(math.isfinite, numbers)):
            continue
        if len(numbers) == 3 and len(epochs) < MOST_EPOCHS:
            epochs.append(Epoch(*numbers))
        elif len(numbers) == 2:
            yield Log(tuple(epochs), *numbers)
            epochs = []
    yield Log(tuple(epochs))


def _number(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def predictions(label: str, text: str) -> list[Prediction]:
    """The lines `top1 prediction: 0.444 -> mountain bike` in a text."""
    found = PREDICTION.findall(text)[:MOST]
    return [Prediction(label, float(number), shown(name.strip())) for number, name in found]


def spoken(label: str, text: str) -> list[Prediction]:
    """The lines of a text that tell a class and a probability or a percentage in other words."""
    lines = (line for line in text.split("\n") if not UNSAID.search(line))
    found = ((line.strip()[:100], SPOKEN.search(line)) for line in lines)
    told = [(line, match[1]) for line, match in found if match and WORD.search(line)][:MOST]
    return [Prediction(label, _share(number), shown(line)) for line, number in told]


def _share(text: str) -> float:
    number = text.rstrip("%percnt \t")
    return float(number) / 100 if number != text else float(text)
