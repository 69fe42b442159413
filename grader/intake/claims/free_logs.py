"""Training logs in other words than the course's trainer prints: names of figures before numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import re2

from grader.intake.claims.log_tables import named
from grader.intake.claims.log_words import english
from grader.records.submission import Epoch

PAIR = re2.compile(
    r"(?P<name>[a-z][a-z _/-]{0,40})[\"']?\s*[:=：]?\s*(?:(?:np|torch|numpy)?\.?(?:float\d*|tensor)\()?"
    r"(?P<number>(?:\d+[.,]\d+|\.\d+|\d+)(?:e[-+]?\d+)?)(?P<share>\s*%)?"
)
WORD = re2.compile(r"[a-z]+")
FIGURES = {
    **dict.fromkeys(("loss",), "loss"),
    **dict.fromkeys(("acc", "accuracy", "pa"), "accuracy"),
    **dict.fromkeys(("iou", "miou", "ious"), "mean_iou"),
}
FILLING = {
    *("avg", "average", "mean", "pixel", "overall", "global", "epoch", "running", "current", "final", "and"),
    *("of", "on", "the", "de", "da", "do", "du", "la", "le"),
    *("val", "valid", "validation", "eval", "evaluation", "dev", "train", "training", "test", "testing"),
    *("model", "set"),
}
TRAINED = {"train", "training"}
VALIDATED = {"val", "valid", "validation", "eval", "dev"}
LIKELY = re2.compile(r"[^\n]*(?:loss|acc|iou|io_u)[^\n]*")  # a line with a figure's name
TESTED = re2.compile(r"\btest")
EVALUATED = re2.compile(r"\btest|^\W*(?:final |model )?evaluat")
LONGEST = 300_000  # characters of a cell's output; a log of 20 epochs has 2000
Pattern = Any  # re2 tells no types
Run = tuple[tuple[Epoch, ...], dict[str, float]]  # its epochs, and the figures of the test


def free_logs(text: str, most: int) -> Iterator[Run]:
    """The runs in a text, each up to the figures of its test; of each at most so many epochs.

    An epoch is a loss, an accuracy and a mean IoU, in whatever order and lines.
    """
    figures, test = list[tuple[str, float]](), dict[str, float]()
    for what, tested, value in _figures(text[:LONGEST]):
        if tested:
            test.setdefault(what, value)
            continue
        if len(test) == 2:
            yield _epochs(figures)[:most], test
            figures, test = [], {}
        figures.append((what, value))
    yield _epochs(figures)[:most], test


def _epochs(figures: Sequence[tuple[str, float]]) -> tuple[Epoch, ...]:
    """Each measurement with its loss: the one before it, or behind it where that is the order of them all.

    What was measured before the first loss, of a model that isn't trained yet, is no epoch.
    """
    losses, measured = list[float](), list[tuple[int, float]]()  # of accuracies: how many losses before each
    ious = [value for what, value in figures if what == "mean_iou"]
    for what, value in figures:
        if what == "loss":
            losses.append(value)
        elif what == "accuracy":
            measured.append((len(losses), value))
    count = min(len(measured), len(ious))
    behind = bool(figures) and figures[-1][0] == "loss"
    pairs = zip(measured[len(measured) - count :], ious[len(ious) - count :], strict=True)
    told = ((before - (not behind), accuracy, iou) for (before, accuracy), iou in pairs)
    return tuple(Epoch(losses[at], accuracy, iou) for at, accuracy, iou in told if 0 <= at < len(losses))


def _figures(text: str) -> Iterator[tuple[str, bool, float]]:
    """Each figure of a validation or a test, its name and value; what is measured in training is none."""
    text = named(english(text))
    lines = LIKELY.findall(text) if "iou" in text or "io_u" in text else []
    of_test = _of_test(lines)
    for line in lines:
        told = [*_told(line, of_test)]
        there = {(what, of_validation) for what, tested, of_validation, _ in told if not tested}
        for what, tested, of_validation, value in told:
            twice = there >= {(what, True), (what, False)}  # then training's loss counts, and what it did
            if tested or not twice or of_validation != (what == "loss"):
                yield what, tested, value


def _of_test(lines: Sequence[str]) -> Pattern:
    """What tells that a line is of the test.

    An evaluation does, too, where what epochs measure is called otherwise and nothing is called a test.
    """
    measured = [line for line in lines if "acc" in line]
    is_other = any(not EVALUATED.search(line) for line in measured)
    return EVALUATED if is_other and not any(TESTED.search(line) for line in measured) else TESTED


def _told(line: str, of_test: Pattern) -> Iterator[tuple[str, bool, bool, float]]:
    """Each figure of a line: its name, whether it is of a test, whether of a validation, and its value."""
    test = of_test.search(line)
    for pair in PAIR.finditer(line):
        words = WORD.findall(pair["name"].rpartition(" - ")[2])
        tested = test is not None and test.start() < pair.end(1)
        what = FIGURES.get("".join(word for word in words if word not in FILLING))
        number = float(pair["number"].replace(",", "."))
        if (
            what is None
            or not isfinite(number)
            or (what == "loss" and tested)
            or (what != "loss" and not TRAINED.isdisjoint(words))
        ):
            continue
        yield what, tested, not VALIDATED.isdisjoint(words), _value(what, number, bool(pair["share"]))


def _value(what: str, number: float, share: bool) -> float:
    """Accuracy and IoU as shares of one, though a percentage without its sign was printed."""
    return number / 100 if share or (what != "loss" and number > 1) else number
