"""What `get_cls_pred` printed: a class name and a probability, in whatever words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import re2

LONGEST = 4_000  # characters that are read: a line of names and numbers, not a table of a thousand classes
MOST_NAMES = MOST_NUMBERS = 5  # the five best classes, say; of a longer list only the beginning
IN_NUMBERS = frozenset("0123456789.eE+-")
PERCENT = ("%", "percent", "per cent", "pct")  # beside a number: it is in hundredths
COLOURS = re2.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # how a terminal is told of them
GAP = " ()[]:="  # what may stand between such a word and the number after it; without a mark of MARKS ...
MARKS = frozenset(":=")  # ... the word belongs to the number before it


@dataclass(frozen=True, slots=True)
class Printed:
    """The class names and the numbers with a point that a text holds, in order; a percentage is a share."""

    names: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    text: str = ""


def uncoloured(text: str) -> str:
    """Return a text without what tells a terminal of colours and bold letters."""
    return str(COLOURS.sub("", text))


def read_printed(text: str, labels: Sequence[str]) -> Printed:
    """Return the names and numbers in a printed text."""
    text = text[:LONGEST]
    names = tuple(_names(text, labels))
    without = text.lower()
    for name in names:
        without = without.replace(name.lower(), " ")  # a name may hold a number
    numbers = tuple(islice(_numbers(without), MOST_NUMBERS))
    return Printed(names[:MOST_NAMES], numbers, " ".join(text.split())[:200])


def _names(text: str, labels: Sequence[str]) -> list[str]:
    """Return the labels that stand in a text as whole words, the first first; none within a longer one.

    Where none stands as it is written, large and small letters are the same.
    """
    small = text.lower()
    return _standing(text, {label: label for label in labels}) or _standing(
        small, {label: label.lower() for label in labels}
    )


def _standing(text: str, written: Mapping[str, str]) -> list[str]:
    there = [label for label, words in written.items() if words in text]  # of a thousand, most are not
    places = ((_whole(text, written[label]), -len(label), label) for label in there)
    kept: list[tuple[int, int, str]] = []
    for start, length, label in sorted(place for place in places if place[0] >= 0):
        if not kept or start >= kept[-1][1]:
            kept.append((start, start - length, label))
    return [label for _, _, label in kept]


def _whole(text: str, label: str) -> int:
    """Return where a label stands with no letter or digit beside it; -1 where it doesn't."""
    start = text.find(label)
    while start >= 0:
        beside = text[start - 1 : start] + text[start + len(label) : start + len(label) + 1]
        if not any(char.isalnum() for char in beside):
            return start
        start = text.find(label, start + 1)
    return -1


def _numbers(text: str) -> Iterator[float]:
    """Yield the numbers that are written with a point or an exponent, and the percentages."""
    for before, token, after in _tokens(text):
        try:
            value = float(token.rstrip(".eE+-"))
        except ValueError:
            continue
        if after.startswith(PERCENT) or _announces(before):
            yield value / 100
        elif set(token) & set(".eE"):  # else an index
            yield value


def _announces(before: str) -> bool:
    """Whether a text ends in the word that a percentage follows: "in percent: "."""
    word = before.rstrip(GAP)
    return word.endswith(PERCENT) and not MARKS.isdisjoint(before[len(word) :])


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what stands before each run of characters that numbers are made of, the run, and what follows."""
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end] in IN_NUMBERS:
            end += 1
        if end > start and (start == 0 or not (text[start - 1].isalpha() or text[start - 1] == "_")):
            before = text[max(0, start - 15) : start].lower()
            yield before, text[start:end], text[end : end + 10].lstrip().lower()
        start = max(end, start + 1)
