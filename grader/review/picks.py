"""From picked items, an adjustment and own words to points and a comment, and back. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.marks.entry import Item, Mark
from grader.records.grade import ScoredCheck
from grader.scoring import total

SLOTS = range(1, 10)
LONGEST = 4000  # characters of a comment


@dataclass(frozen=True, slots=True)
class Picks:
    """What a grader has picked and typed for one line; `adjustment` None: nothing was typed there."""

    items: tuple[str, ...] = ()
    adjustment: float | None = None
    own: str = ""

    def __bool__(self) -> bool:
        return bool(self.items) or self.adjustment is not None


def usual(check: ScoredCheck) -> tuple[Item, ...]:
    """The items of a line that nobody has written any for."""
    half = round(check.max_score / 2, 2)
    levels = ((check.max_score, "Right and complete."), (half, "Right in part."), (0.0, "Missing or wrong."))
    return tuple(Item(check.id, f"usual{n}", n, *level) for n, level in enumerate(levels, 1))


def offered(check: ScoredCheck, written: Sequence[Item]) -> tuple[Item, ...]:
    """The items that can be picked for a line, by slot."""
    return tuple(item for item in written or usual(check) if item.words)


def version(items: Iterable[Item]) -> str:
    """Another word where any of what can be picked is another."""
    return hashlib.sha256(repr(tuple(items)).encode(errors="surrogatepass")).hexdigest()[:12]


def points(picks: Picks, items: Iterable[Item], most: float) -> float:
    """The points of what was picked: their sum and the adjustment, from 0 to the line's."""
    picked = [item.points for item in items if item.id in picks.items]
    return min(max(total((*picked, picks.adjustment or 0.0)), 0.0), most)


def comment(picks: Picks, items: Iterable[Item]) -> str:
    """What the student reads: the words of each item with its points, the adjustment, the grader's own."""
    picked = [f"{item.words} ({item.points:+g})" for item in items if item.id in picks.items]
    adjusted = [f"Adjusted by {picks.adjustment:+g}."] if picks.adjustment else []
    return "\n".join(filter(None, (*picked, *adjusted, picks.own.strip())))


def mark(subject: str, check: ScoredCheck, picks: Picks, items: Sequence[Item], about: str) -> Mark:
    """The mark that says it; without an item or an adjustment it is a comment alone."""
    given = points(picks, items, check.max_score) if picks else None
    known = tuple(item.id for item in items if item.id in picks.items)
    said = comment(picks, items)[:LONGEST]
    return Mark(subject, check.id, given, said, about, known, picks.adjustment, picks.own.strip()[:LONGEST])


def of(said: Mark | None) -> Picks:
    """What a mark was put together from; one given elsewhere is an adjustment with words."""
    if said is None:
        return Picks()
    if said.items or said.own or said.adjustment is not None:
        return Picks(said.items, said.adjustment, said.own)
    return Picks((), said.points, said.comment)


def moved(
    marks: Iterable[Mark], check: ScoredCheck, before: Sequence[Item], after: Sequence[Item]
) -> tuple[Mark, ...]:
    """The marks of a line that are others once its items are."""
    changed = {item.id for item in (*before, *after)} - {item.id for item in set(before) & set(after)}
    found = []
    for one in marks:
        if changed & set(one.items):
            new = mark(one.submission, check, of(one), after, one.about)
            found.append(replace(new, points=new.points if new.points is not None else 0.0))
    return tuple(found)


def number(text: str) -> float | None:
    """A number as people type it, "" for 0; None for what is none."""
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-") or 0)
    except ValueError:
        return None
    return round(value, 2) if math.isfinite(value) and abs(value) < 1000 else None
