"""Probabilities: how the printed numbers came of the logits, whether rightly or by known mistakes.

The numbers are composed of steps (scores.py), the fewest faults first; what is told must give every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.scores import PERCENTAGE, PICKS, ROUNDED, SCORES, WRITINGS, Step, at_temperature
from grader.diagnosis.ways import compositions

Logit = NDArray[np.float32]
Printed = Sequence[tuple[float, Logit]]  # what was printed, and for which logits (K,)

OTHER = "no number that a known mistake gives"
BY_CHANCE = "another number each time that it is given the same logits"
ALWAYS_1 = "1, whatever the logits: the largest divided by itself, or the sum of all"
OVER_BATCH = "1, whatever the logits: the softmax is taken over the batch, not over the classes"
TOLERANCE = 0.0015  # of a probability printed with three digits, or a percentage with one
OF_FLOATS = 1e-6  # of a number: how far one of float32 may be from it
LAST_DIGIT = 1 / 3  # of that
EXACTLY = 1e-9  # how far what was rounded may be from what it is rounded to
MOST_FAULTS = 2
ALIKE = 2e-7  # of the best score: floats tell no nearer ones apart
TEMPERATURES = (0.01, 100.0)  # by which logits may be multiplied
HALVINGS = 30  # of them, on a logarithmic scale


@dataclass(frozen=True)
class Number:
    """How a number came to be printed: scores of the classes, one number of them, the way it is written."""

    scores: Step
    pick: Step
    writing: Step

    @property
    def faults(self) -> int:
        """How many steps are wrong."""
        return sum(bool(step.fault) for step in (self.scores, self.pick, self.writing))

    @property
    def words(self) -> str:
        """What it is in words."""
        words = "the probability"
        for step in (self.scores, self.pick, self.writing):
            words = (step.fault or "{}").format(words)
        return words

    def of(self, logit: Logit) -> float:
        """Return the number that is printed for logits (K,)."""
        with np.errstate(all="ignore"):
            return float(self.writing.do(self.pick.do(self.scores.do(logit.astype(np.float64)), logit)))

    def apart(self, value: float, logit: Logit) -> float:
        """Return how far a printed number is from this one; rounding may take 1."""
        number, times = self.of(logit), 100 if PERCENTAGE in self.writing.fault else 1
        slack = EXACTLY if ROUNDED in self.writing.fault else times * TOLERANCE
        return abs(number - value) / (slack + OF_FLOATS * abs(number))

    def chooses(self, index: int, logit: Logit) -> bool:
        """Return whether a class has the best score, as far as floats tell."""
        with np.errstate(all="ignore"):
            scores = self.scores.do(logit.astype(np.float64))
        return 0 <= index < len(scores) and bool(scores[index] >= scores.max() - ALIKE * abs(scores.max()))


RIGHT = Number(SCORES[0], PICKS[0], WRITINGS[0])


@cache
def _numbers() -> tuple[Number, ...]:
    return tuple(Number(*steps) for steps in compositions((SCORES, PICKS, WRITINGS), MOST_FAULTS))


def explained(printed: Printed) -> Number | None:
    """Return how all printed numbers came about, by the fewest faults and nearest; None for no known way."""
    if not printed:
        return None
    found = [each for each in _numbers() if _gives(each, printed)]
    if not found or found[0].faults > 1:
        found = [*_of_a_temperature(printed), *found]
    fewest = [each for each in found if each.faults == found[0].faults]
    return min(fewest, key=lambda one: _distance(one, printed), default=None)


def _distance(number: Number, printed: Printed) -> float:
    """How far numbers are from the printed ones, beyond what their last digit may be off by."""
    return round(sum(max(0.0, number.apart(*pair) - LAST_DIGIT) for pair in printed), 2)


def _gives(number: Number, printed: Printed) -> bool:
    return all(number.apart(*pair) <= 1 for pair in printed)


def _of_a_temperature(printed: Printed) -> Iterator[Number]:
    """Yield the softmax of the logits times a number that gives all printed ones."""
    value, logit = min(printed, key=lambda pair: abs(pair[0] - 0.5))  # where it shows best
    low, high = TEMPERATURES
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        less = _at(middle).of(logit) < value
        low, high = (middle, high) if less else (low, middle)
    for times in (1 / round(1 / low) if low < 1 else round(low), low):  # a whole number, where one fits
        if _gives(_at(times), printed):
            yield _at(times)
            return


def _at(times: float) -> Number:
    return replace(RIGHT, scores=at_temperature(times))
