"""What `get_cls_pred` printed: a class name and a probability, in whatever words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 4_000  # characters that are read: a line of names and numbers, not a table of a thousand classes
MOST_NAMES = 3  # more names than that are a list, of which the first is the prediction
IN_NUMBERS = frozenset("0123456789.eE+-")
AFTER_A_NUMBER = "%"


@dataclass(frozen=True, slots=True)
class Printed:
    """The class names that a text holds, and the numbers that can be probabilities, in order."""

    names: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    text: str = ""


def read_printed(text: str, labels: Sequence[str]) -> Printed:
    """Return the names and probabilities in a printed text; a percentage is a probability too."""
    text = text[:LONGEST]
    names = tuple(_names(text, labels))
    without = text
    for name in names:
        without = without.replace(name, " ")  # a name may hold a number
    return Printed(names, tuple(_probabilities(without)), " ".join(text.split())[:200])


def _names(text: str, labels: Sequence[str]) -> list[str]:
    """Return the labels that stand in a text as whole words, the first first; none within a longer one."""
    found = sorted(
        ((start, -len(label), label) for label in labels if (start := _whole(text, label)) >= 0),
    )
    kept: list[tuple[int, int, str]] = []
    for start, length, label in found:
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


def _probabilities(text: str) -> Iterator[float]:
    """Yield the numbers from 0 to 1 that are written with a point, and the percentages."""
    for token, after in _tokens(text):
        try:
            value = float(token.rstrip(".eE+-"))
        except ValueError:
            continue
        if after.startswith(AFTER_A_NUMBER):
            value /= 100
        elif not set(token) & set(".eE"):
            continue  # an index, not a probability
        if 0 <= value <= 1:
            yield value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield every run of characters that numbers are made of, with what follows it."""
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end] in IN_NUMBERS:
            end += 1
        if end > start and (start == 0 or not (text[start - 1].isalpha() or text[start - 1] == "_")):
            yield text[start:end], text[end : end + 2].lstrip()
        start = max(end, start + 1)
