"""Predictions: what a wrong index is instead, by the order of the logits that leads to it; wrong names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Logit = NDArray[np.float32]

OTHER = "another class, by no known mistake"
LAST = "the last class, whatever the logits (or the best one's rank, counted from the least probable)"
CLASS_0, BEST, LEAST = "class 0, whatever the logits", "the most probable", "the least probable"
ORDER = ("second", "third", "fourth", "fifth")  # best: as far as a list of the top five goes
SHIFTS = {1: "one after", -1: "one before"}
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


def is_told(index: int, logit: Logit) -> bool:
    """Return whether an index was told by the logits (1000,): nearly every class has 0.000."""
    exps = np.exp(logit.astype(np.float64) - logit.max())
    return bool(exps[index] > SEEN * exps.sum()) or wrong_index(index, logit) not in (CLASS_0, OTHER)


def what_name(printed: Sequence[tuple[Sequence[str], int]], labels: Sequence[str]) -> str:
    """Return what wrong names are, given what was printed for some classes: what fits all of them."""
    pairs = [(names[0], index) for names, index in printed if names]
    return next((words for words in _names(pairs, labels) if pairs), "that of another class")


def _names(pairs: Sequence[tuple[str, int]], labels: Sequence[str]) -> Iterator[str]:
    if all(name == str(index) for name, index in pairs):
        yield "the number of the class, not its name"
    in_order = sorted(labels)
    if all(name == in_order[index] for name, index in pairs):
        yield "the one at its number in alphabetical order"
    if any(name not in labels for name, _ in pairs):
        yield "none of the names in the file of labels"
        return
    found = {(labels.index(name) - index) % len(labels) for name, index in pairs}
    if len(found) == 1:
        by = next(iter(found))
        by, side = (by, "after") if by <= len(labels) // 2 else (len(labels) - by, "before")
        yield f"that of the class {by} {side} it"
    if all(labels.index(name) == len(labels) - 1 - index for name, index in pairs):
        yield "that of the class counted from the end"
    if len({name for name, _ in pairs}) == 1:
        yield f"that of class {labels.index(pairs[0][0])}, whatever the logits"
