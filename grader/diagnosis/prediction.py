"""Predictions: what a wrong index or a wrong probability is instead, by the steps that were taken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Logit = NDArray[np.float32]
Floats = NDArray[np.float64]

OTHER = "none of a known mistake"
ALWAYS_1 = "1, whatever the logits: nothing divides by the sum over the classes"
BY_SIGMOID = "a sigmoid of the logit"
TOLERANCE = 0.0015  # of a probability printed with three digits, or a percentage with one
PERCENTAGE = "a percentage"

CLASS_0, BEST, LEAST = "class 0, whatever the logits", "the most probable", "the least probable"
ORDER = ("second", "third", "fourth", "fifth")  # best: as far as a list of the top five goes
SHIFTS = {1: "one after", -1: "one before"}
SATURATED = 0.99  # a sigmoid above; far below, floats tell the smallest numbers apart
SEEN = 0.02  # a probability that no other class of a question has, but for the best


def wrong_index(value: int, logit: Logit) -> str:
    """Say what a wrong index is the index of, given logits (1000,)."""
    return next(iter(names_of(value, logit)), OTHER)


def names_of(value: int, logit: Logit) -> list[str]:
    """Return all that an index may be the index of, the likeliest first."""
    places = dict(_places(logit))
    found = [name for name, index in places.items() if index == value]
    found += [
        f"the class {words} {name}"
        for shift, words in SHIFTS.items()
        for name in (BEST, LEAST)
        if places[name] + shift == value
    ]
    if value:
        return found
    return [*found, CLASS_0] if places[LEAST] == 0 else [CLASS_0, *found]


def _places(logit: Logit) -> Iterator[tuple[str, int]]:
    """Yield the classes that an order of the logits leads to, the likeliest first."""
    order = np.argsort(-logit)
    yield BEST, int(order[0])
    yield from ((f"the {word} best", int(order[rank])) for rank, word in enumerate(ORDER, start=1))
    yield LEAST, int(order[-1])
    yield "the second least probable", int(order[-2])
    yield "the largest absolute logit", int(np.argmax(np.abs(logit)))
    yield "the smallest absolute logit", int(np.argmin(np.abs(logit)))
    yield "the most probable, counted from the end", len(logit) - 1 - int(order[0])


def is_saturated(index: int, logit: Logit) -> bool:
    """Say whether a sigmoid of float32 can't tell a class from the best one, given logits (1000,)."""
    sigmoid = 1 / (1 + np.exp(-logit.astype(np.float32)))
    top = float(sigmoid.max())
    return 0 <= index < len(sigmoid) and top > SATURATED and bool(sigmoid[index] >= top - 2e-7)


def is_told(index: int, logit: Logit) -> bool:
    """Say whether an index was told by the logits (1000,): nearly every class has the probability 0.000."""
    exps = np.exp(logit.astype(np.float64) - logit.max())
    return bool(exps[index] > SEEN * exps.sum()) or wrong_index(index, logit) not in (CLASS_0, OTHER)


def wrong_probability(value: float, logit: Logit) -> str:
    """Say what a wrong probability is, given logits (1000,): the nearest, of the fewest steps."""
    numbers = [pair for pairs in _numbers(logit.astype(np.float64)) for pair in pairs]
    apart = [
        (abs(number - value) / (100 if name.endswith(PERCENTAGE) else 1), name) for name, number in numbers
    ]
    near = [pair for pair in apart if pair[0] <= TOLERANCE]
    return min(near, key=lambda pair: round(pair[0], 4))[1] if near else OTHER


def _numbers(logit: Floats) -> Iterator[Iterator[tuple[str, float]]]:
    """Yield what may be printed: of what, of which class, and what was done to it then."""
    shares = np.sort(_softmax(logit))
    best = float(shares[-1])
    yield _finished("the logit itself", float(logit.max()))
    yield iter([(PERCENTAGE, best * 100), ("1 minus the probability", 1 - best)])
    yield _finished("the logarithm of the probability", float(np.log(best)))
    yield _finished(BY_SIGMOID, float(_sigmoid(logit.max())))
    yield _finished("the second best's probability", float(shares[-2]))
    yield iter([("the probability of the least probable class", float(shares[0]))])
    yield _finished("the logit's exponential, not divided by their sum", float(np.exp(min(logit.max(), 700))))
    yield iter([("a softmax taken twice", float(_softmax(shares)[-1]))])
    yield iter([("a softmax of the absolute logits", float(_softmax(np.abs(logit)).max()))])
    yield iter([(f"a softmax of the logits {how}", float(_softmax(logit * by).max())) for how, by in SCALED])
    yield iter([("the logit's share of the logits' sum", _share(logit))])


SCALED = (("divided by 2", 0.5), ("times 2", 2.0), ("divided by 10", 0.1))


def _finished(name: str, number: float) -> Iterator[tuple[str, float]]:
    yield name, number
    yield f"{name}, as {PERCENTAGE}", number * 100


def _softmax(logit: Floats) -> Floats:
    exps = np.exp(logit - logit.max())
    return np.asarray(exps / exps.sum())


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def _share(logit: Floats) -> float:
    total = float(logit.sum())
    return float(logit.max()) / total if total else np.inf
