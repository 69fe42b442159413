"""Figures that a text file claims: `{'Q1': 0.3475, ...}` or `Q1: 34.75 %`, in whatever way it is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import re2

from grader.intake.files.basket import shown

BETWEEN = re2.compile(r"[\s\[\](){},:=;'\"`*~|]+")
NUMBER = re2.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?")
LONGEST = 24  # characters of a number
MOST_WORDS = 200  # looked at behind a key


@dataclass(frozen=True, slots=True)
class Claimed:
    """What stands behind a key: a share of one, the last digit that it gives, and how it was written."""

    value: float | None  # None where no number stands there
    digit: float = 0.0
    text: str = ""


def claimed(text: str, keys: Iterable[str]) -> Mapping[str, Claimed]:
    """What a text claims behind each of the keys, the last time that one stands there."""
    words = "|".join(map(re2.escape, keys))
    marks = list(re2.finditer(rf"(?i)\b({words})\b", text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found: dict[str, Claimed] = {}
    known = {key.lower(): key for key in keys}
    for mark, end in zip(marks, ends, strict=False):
        key, one = known[mark[1].lower()], _first(text[mark.end() : end])
        if key not in found or one.value is not None:
            found[key] = one
    return found


def _first(text: str) -> Claimed:
    """The first number behind the sign that follows a key: "Q1 (FCN-32s): 0.68"."""
    signs = [at for sign in ":=" if (at := text.find(sign)) >= 0]
    behind = text[min(signs) + 1 :] if signs else text
    for word in _words(behind):
        if len(word) <= LONGEST and NUMBER.fullmatch(word):
            return _number(word)
    return Claimed(None, text=shown(" ".join(behind.split())[:40]))


def _words(text: str) -> Iterator[str]:
    for _, word in zip(range(MOST_WORDS), BETWEEN.split(text[: 50 * MOST_WORDS]), strict=False):
        yield word


def _number(word: str) -> Claimed:
    """A number as a share; what is above 1, or has the sign, is in percent."""
    percent, plain = word.endswith("%"), word.rstrip("%")
    value, digits = float(plain), len(plain.lower().partition("e")[0].partition(".")[2])
    if not math.isfinite(value) or not 0 <= value <= 100:
        return Claimed(None, text=word)
    digit = 10.0**-digits
    return Claimed(value / 100, digit / 100, word) if percent or value > 1 else Claimed(value, digit, word)
