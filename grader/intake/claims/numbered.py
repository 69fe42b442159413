"""Answers that are told apart by their numbers, whatever word stands before these, in whatever script."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import re2

BARE: tuple[tuple[str, ...], ...] = (  # numbers that may stand alone
    ("1", "2", "3", "4", "5", "6", "7", "8", "9"),
    ("i", "ii", "iii", "iv", "v", "vi"),
    ("一", "二", "三", "四", "五", "六"),
    ("a", "b", "c", "d", "e", "f"),
)
WORDED: tuple[tuple[str, ...], ...] = (  # and those that a sentence may begin with
    ("one", "two", "three", "four", "five", "six"),
    ("first", "second", "third", "fourth", "fifth", "sixth"),
    ("1st", "2nd", "3rd", "4th", "5th", "6th"),
)
TITLE = r"[^\w\n]*(?P<behind>\S{1,16})[^\w\n]*$"  # behind a number: a word and the end of the line
MARKED = r"(?P<behind>)(?:[ \t]*[\pP\pS]|[ \t]*$)"  # a mark, or the end of the line
SPACED = r"(?P<behind>)(?:[ \t\pP\pS]|$)"
Pattern = Any  # re2 tells no types
BEFORE = 24  # characters before a number: a word or two and their markup
WIDE = str.maketrans("１２３４５６７８９", "123456789")


@dataclass(frozen=True, slots=True)
class Mark:
    """A number at the beginning of a line."""

    word: str  # before it or alone behind it, in small letters, "" where there is none
    number: int
    start: int
    end: int


Spans = dict[int, tuple[int, int]]


def split(text: str, numbers: Sequence[int], part: int, words: Container[str] | None = None) -> Spans:
    """Where the answer to each number begins and ends, if lines are marked by all in order; else nothing.

    Lists go on: where the next number is marked too, these are points and not answers. `words` are those that
    may stand before a number, by default any that is the same before each.
    """
    systems = (*BARE, *WORDED) if words is None else BARE[:1]
    for numerals, behind in product(systems, (TITLE, MARKED)):
        groups: dict[str, list[Mark]] = {}
        for mark in _marks(text, numerals, behind, part):
            groups.setdefault(mark.word, []).append(mark)
        for word, marks in groups.items():
            asked = word in words if words else word or numerals in BARE
            if asked and (found := _in_order(text, marks, numbers)):
                return found
    return {}


def _marks(text: str, numerals: tuple[str, ...], behind: str, part: int) -> Iterator[Mark]:
    for found in _line(numerals, behind, part).finditer(text.translate(WIDE)):
        before = found["before"]
        in_a_word = numerals[0].isascii() and numerals[0].isalpha() and before[-1:].isalpha()  # "via" is no a
        if in_a_word or any(map(str.isdigit, before)):
            continue
        word = "".join(char for char in f"{before}{found['behind']}".casefold() if char.isalpha())
        yield Mark(word, numerals.index(found["numeral"].casefold()) + 1, found.start(), found.end())


@cache
def _line(numerals: tuple[str, ...], behind: str, part: int) -> Pattern:
    """The beginning of a line with a number in it."""
    alternatives = "|".join(sorted(numerals, key=len, reverse=True))
    before = rf"(?P<before>[^\n]{{0,{BEFORE}}}?)(?:{part}\s?[.\-]\s?)?"
    after = SPACED if behind == MARKED and numerals == BARE[0] else behind
    return re2.compile(rf"(?im)^{before}(?P<numeral>{alternatives}){after}")


def _in_order(text: str, marks: Sequence[Mark], numbers: Sequence[int]) -> Spans:
    """The first mark of each number behind that of the one before it, if something stands behind each."""
    chosen = list[Mark]()
    for number in numbers:
        at = chosen[-1].end if chosen else 0
        later = (mark for mark in marks if mark.number == number and mark.start >= at)
        if (mark := next(later, None)) is None:
            return {}
        chosen.append(mark)
    if any(mark.number == numbers[-1] + 1 and mark.start > chosen[-1].start for mark in marks):
        return {}
    ends = [*(mark.start for mark in chosen[1:]), len(text)]
    found = {mark.number: (_behind(text, mark), end) for mark, end in zip(chosen, ends, strict=True)}
    return found if all(text[start:end].strip() for start, end in found.values()) else {}


def _behind(text: str, mark: Mark) -> int:
    """Where an answer begins behind a mark and the marks and signs after it."""
    rest = range(mark.end, len(text))
    return next((at for at in rest if text[at].isalnum() or text[at] in "\n<$`"), len(text))
