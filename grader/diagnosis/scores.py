"""The steps to a printed probability, each with its right way first, then the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PERCENTAGE, ROUNDED = "a percentage", "rounded or cut to"
DIGITS = {2: "two digits", 1: "one digit", 0: "a whole number"}
BEST = (2, 3, 5, 10)  # classes whose probabilities are added


@dataclass(frozen=True)
class Step:
    """One way to do a step; `fault` says so of what was there before, `{}`, and is "" for the right one."""

    fault: str
    do: Callable[..., Any]


def _softmax(x: Floats) -> Floats:
    exps = np.exp(x - x.max())
    return np.asarray(exps / exps.sum())


def _divided(x: Floats, by: float) -> Floats:
    return np.asarray(x / by if by else np.full_like(x, np.inf))


def _exponentials(x: Floats) -> float:
    return float(np.exp(np.minimum(x, 700)).sum())


def _number(x: Floats) -> Floats:
    return np.where(np.arange(len(x)) == x.argmax(), np.arange(len(x)), -1.0)


def at_temperature(times: float) -> Step:
    """Return a softmax of the logits times a number."""
    how = f"times {times:.2g}" if times > 1 else f"divided by {1 / times:.2g}"
    return Step(f"a softmax of the logits {how}", lambda x: _softmax(x * times))


# What the classes are ranked by, given logits (K,).
SCORES = (
    Step("", _softmax),
    Step("the logit", lambda x: x),
    Step("the logarithm of the probability", lambda x: np.log(_softmax(x))),
    Step("a sigmoid of the logit", lambda x: 1 / (1 + np.exp(-x))),
    Step("the logit's exponential, not divided by their sum", lambda x: np.exp(np.minimum(x, 700))),
    Step("a softmax taken twice", lambda x: _softmax(_softmax(x))),
    Step("a softmax of the logits with the other sign", lambda x: _softmax(-x)),
    Step("a softmax of the absolute logits", lambda x: _softmax(np.abs(x))),
    Step("a softmax of the logits, the negative ones cut to 0", lambda x: _softmax(np.maximum(x, 0))),
    Step("a hyperbolic tangent of the logit", np.tanh),
    Step("the logit divided by the logits' length", lambda x: _divided(x, float(np.linalg.norm(x)))),
    Step(
        "the logit divided by the sum of the absolute logits", lambda x: _divided(x, float(np.abs(x).sum()))
    ),
    Step("the logit's share of the logits' sum", lambda x: _divided(x, float(x.sum()))),
    Step("the logit divided by the sum of the exponentials", lambda x: _divided(x, _exponentials(x))),
    Step("a power of 2 instead of e, divided by their sum", lambda x: _softmax(x * np.log(2))),
    Step("the exponential divided by the mean of all", lambda x: _softmax(x) * len(x)),
    Step("the number of the class", _number),
)
SORTED = "{}, the one of the sorted probabilities at the class's number"
# One number of the scores s (K,) of logits x (K,).
PICKS = (
    Step("", lambda s, x: s.max()),
    Step("{} of the second best", lambda s, x: np.sort(s)[-2]),
    Step("{} of the least probable class", lambda s, x: s.min()),
    Step("{} of class 0", lambda s, x: s[0]),
    Step("{} of class 1", lambda s, x: s[1]),
    Step("{} of the last class", lambda s, x: s[-1]),
    Step("the mean of all classes, taking {}", lambda s, x: s.mean()),
    *(Step(f"the sum of the best {n}, taking {{}}", lambda s, x, n=n: np.sort(s)[-n:].sum()) for n in BEST),
    Step("{}, that of the best less the second best's", lambda s, x: np.diff(np.sort(s)[-2:])[0]),
    Step(SORTED, lambda s, x: np.sort(s)[::-1][x.argmax()]),
    Step(SORTED, lambda s, x: np.sort(s)[x.argmax()]),
)
# How it is written.
WRITINGS = (
    Step("", lambda value: value),
    Step(f"{{}}, as {PERCENTAGE}", lambda value: 100 * value),
    Step("1 minus {}", lambda value: 1 - value),
    Step("{}, with the other sign", lambda value: -value),
    *(Step(f"{{}}, {ROUNDED} {digits}", lambda v, n=n: np.round(v, n)) for n, digits in DIGITS.items()),
    *(Step(f"{{}}, {ROUNDED} {digits}", lambda v, n=n: _cut(v, n)) for n, digits in DIGITS.items()),
)


def _cut(value: float, digits: int) -> float:
    return float(np.floor(value * 10**digits) / 10**digits)
