"""Predictions: what a wrong index or a wrong probability is instead, by the steps that were taken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Logit = NDArray[np.float32]
Floats = NDArray[np.float64]

OTHER = "none of a known mistake"
ALWAYS_1 = "1, whatever the logits: nothing divides by the sum over the classes"
OVER_BATCH = "1, whatever the logits: the softmax is taken over the batch, not over the classes"
BY_SIGMOID = "a sigmoid of the logit"
TOLERANCE = 0.0015  # of a probability printed with three digits, or a percentage with one
PERCENTAGE = "a percentage"

LAST = "the last class, whatever the logits (or the best one's rank, counted from the least probable)"
CLASS_0, BEST, LEAST = "class 0, whatever the logits", "the most probable", "the least probable"
ORDER = ("second", "third", "fourth", "fifth")  # best: as far as a list of the top five goes
SHIFTS = {1: "one after", -1: "one before"}
SATURATED = 0.99  # a sigmoid above; far below, floats tell the smallest numbers apart
SEEN = 0.02  # a probability that no other class of a question has, but for the best


def wrong_index(value: int, logit: Logit) -> str:
    """Return what a wrong index is the index of, given logits (1000,)."""
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
    if value == len(logit) - 1:
        return [*found, LAST]
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
    ranks = np.argsort(order)
    yield "the rank of class 0 in the order of the logits, which is no class", int(ranks[0])
    yield "the rank of the last class in the order of the logits, which is no class", int(ranks[-1])
    yield "the rank of class 0 from the least probable on, which is no class", len(logit) - 1 - int(ranks[0])
    yield "the largest absolute logit", int(np.argmax(np.abs(logit)))
    yield "the smallest absolute logit", int(np.argmin(np.abs(logit)))
    yield "the most probable, counted from the end", len(logit) - 1 - int(order[0])


def is_saturated(index: int, logit: Logit) -> bool:
    """Return whether a sigmoid of float32 can't tell a class from the best one, given logits (1000,)."""
    sigmoid = 1 / (1 + np.exp(-logit.astype(np.float32)))
    top = float(sigmoid.max())
    return 0 <= index < len(sigmoid) and top > SATURATED and bool(sigmoid[index] >= top - 2e-7)


def is_told(index: int, logit: Logit) -> bool:
    """Return whether an index was told by the logits (1000,): nearly every class has 0.000."""
    exps = np.exp(logit.astype(np.float64) - logit.max())
    return bool(exps[index] > SEEN * exps.sum()) or wrong_index(index, logit) not in (CLASS_0, OTHER)


def wrong_probability(value: float, logit: Logit) -> str:
    """Return what a wrong probability is, given logits (1000,): the nearest, of the fewest steps."""
    return next(iter(names_of_probability(value, logit)), OTHER)


def names_of_probability(value: float, logit: Logit) -> list[str]:
    """Return all that a probability may be, given logits (1000,): the nearest first, of the fewest steps."""
    numbers = [pair for pairs in _numbers(logit.astype(np.float64)) for pair in pairs]
    apart = [
        (abs(number - value) / (100 if name.endswith(PERCENTAGE) else 1), name) for name, number in numbers
    ]
    near = [pair for pair in apart if pair[0] <= (EXACTLY if pair[1].startswith(WHOLE) else TOLERANCE)]
    return [name for _, name in sorted(near, key=lambda pair: round(pair[0], 4))]


def _numbers(logit: Floats) -> Iterator[Iterator[tuple[str, float]]]:
    """Yield what may be printed: of what, of which class, and what was done to it then."""
    shares = np.sort(_softmax(logit))
    best = float(shares[-1])
    yield _finished("the logit itself", float(logit.max()))
    yield iter([(PERCENTAGE, best * 100), ("1 minus the probability", 1 - best)])
    for n, digits in DIGITS.items():
        yield iter([(f"{WHOLE} {digits}", round(best, n)), (f"{WHOLE} {digits}", _cut(best, n))])
    yield _finished("the logarithm of the probability", float(np.log(best)))
    yield _finished(BY_SIGMOID, float(_sigmoid(logit.max())))
    yield _finished("the second best's probability", float(shares[-2]))
    yield iter([("the probability of the least probable class", float(shares[0]))])
    yield _finished("the logit's exponential, not divided by their sum", float(np.exp(min(logit.max(), 700))))
    yield iter([("a softmax taken twice", float(_softmax(shares)[-1]))])
    yield iter([("a softmax of the logits with the other sign", float(_softmax(-logit).max()))])
    yield iter([(f"the sum of the best {n} probabilities", float(shares[-n:].sum())) for n in (2, 3, 5, 10)])
    yield iter([("the best probability less the second best", float(shares[-1] - shares[-2]))])
    yield iter([("the logit divided by the logits' length", float(logit.max() / np.linalg.norm(logit)))])
    yield _finished("a hyperbolic tangent of the logit", float(np.tanh(logit.max())))
    yield iter(
        [("a power of 2 instead of e, divided by their sum", float(_softmax(logit * np.log(2)).max()))]
    )
    yield iter([("the exponential divided by the mean of all", best * len(logit))])
    yield iter([("a softmax of the absolute logits", float(_softmax(np.abs(logit)).max()))])
    yield iter([(f"a softmax of the logits {how}", float(_softmax(logit * by).max())) for how, by in SCALED])
    yield iter([("the logit's share of the logits' sum", _share(logit))])
    yield iter([("the probability of class 0", float(_softmax(logit)[0]))])
    entries = (shares[logit.argmax()], shares[::-1][logit.argmax()])
    yield iter(
        [("the one of the sorted probabilities at the class's number", float(each)) for each in entries]
    )


DIGITS = {2: "two digits", 1: "one digit", 0: "a whole number"}
WHOLE = "the probability, rounded or cut to"
EXACTLY = 1e-9  # how far what was rounded may be from what it is rounded to
SCALED = (("divided by 2", 0.5), ("times 2", 2.0), ("divided by 10", 0.1))


def _cut(share: float, digits: int) -> float:
    return float(np.floor(share * 10**digits) / 10**digits)


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
