"""Tries a target with one change after another, until it runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from grader.assignment import MODELS, PREDICT
from grader.mending import (
    conditions,
    crosswise,
    cutting,
    entries,
    hooks,
    keyed,
    leaving,
    looping,
    making,
    moving,
    nearby,
    registering,
    righting,
    rounds,
    standing,
    tables,
)
from grader.mending.edits import Mend
from grader.mending.lacking import outside
from grader.mending.registering import Held
from grader.mending.running import Mendable, Running
from grader.mending.slips import as_far_as_written, last_mends, mends
from grader.mending.trouble import Trouble
from grader.records.submission import Slice
from reference.architecture import FIRST_PADDING

MOST_MENDS = 4  # of one target, but for those that pay for themselves
MOST_TRIALS = 24  # of one target: each may start a process anew
MOST_GUESSED = 24  # more of them, where no change that the message tells of helps
MOST_BOUND = 8  # more of them, where it may be what was bound above
MOST_MADE = 12  # more of them, where nothing near to what raises has helped
MOST_LEFT_OUT = 12  # more of them, where nothing has come of those
SECONDS = 300.0  # of all: what is not mended by then is judged as it is
M = TypeVar("M", Mend, Held)
FITS = "channels, but got"  # what is said where a layer is applied too early or too late


def _budget(most: int) -> Iterator[int]:
    """So many trials, for all that shares them."""
    return iter(range(most))


class Trials(Running):
    """Tries targets with one slice after another."""

    def __init__(self, student: Mendable, slice: Slice, padding: int = FIRST_PADDING) -> None:
        super().__init__(student, slice)
        self._padding = padding
        self._left = MOST_TRIALS
        self._guesses, self._makes = _budget(MOST_GUESSED), _budget(MOST_MADE)
        self._seen: list[Trouble] = []  # what stopped the target before: to come back to it is no progress
        self._running: list[str] = []  # other networks, which ran before the target was mended
        self._end = time.monotonic() + SECONDS

    def mend(self, target: str) -> tuple[Trouble, list[Mend]] | None:
        """What stops a target first, and what it was mended by, if it could be; None if it runs."""
        self._left, self._guesses, self._makes = MOST_TRIALS, _budget(MOST_GUESSED), _budget(MOST_MADE)
        first = now = self.trouble(target)
        self._seen, self._running = [], self._others(target) if first else []
        before, made = self.slice, list[Mend]()
        while (
            first is not None
            and now is not None
            and sum(not mend.lines for mend in made) < MOST_MENDS
            and not outside(first, self.slice)
        ):
            self._seen.append(now)
            step = self._step(target, now)
            if step is None:
                break
            first = replace(first, place=first.place or step[0].place)
            made.append(step[0])
            now = step[1]
        if first is None:
            return None
        if now is None and not any(mend.whole for mend in made[:-1]):
            return first, made
        mended = self.slice
        self.take(before)
        one = self._instead(first, target) if made else []
        if now is not None or one:
            return first, one
        self.take(mended)  # each left something out, and nothing less will do
        return first, made

    def _instead(self, first: Trouble, target: str) -> list[Mend]:
        """One change after which all runs, where mending step by step came to nothing."""
        here = self.slice
        self._guesses, self._makes = _budget(MOST_GUESSED), _budget(MOST_MADE)
        guess = self._meant(target, self._seen[0], here)
        if guess is None:
            self.take(here)
        return [guess] if guess else self._left_out(first, target)

    def _left_out(self, trouble: Trouble, target: str) -> list[Mend]:
        """One thing left out, after which all runs, where mending step by step came to nothing."""
        here, self._left = self.slice, MOST_LEFT_OUT
        for mend in self._within(target, last_mends(trouble, here, target)):
            if self._try(target, mend) == (None, True):
                return [mend]
        self.take(here)
        return []

    def _step(self, target: str, now: Trouble) -> tuple[Mend, Trouble | None] | None:
        """One mend that gets a target further, and what stops it then.

        One after which the same line raises something else is taken only where no other gets past that line;
        and one that leaves something out only where no other does.
        """
        here, near, second, third = self.slice, None, None, None
        if (first := self._guessed(target, self._first_ways(target, now, here), self._makes)) is not None:
            return first, None
        for mend in self._within(target, mends(now, here, target, self._padding)):
            after, tried = self._try(target, mend)
            if after in self._seen:
                continue
            if tried and after is None:
                return mend, None
            if tried and after is not None and after.place != now.place and not mend.whole:
                near = mend, after
                break
            changed = tried and after is not None and after.message != now.message and not mend.whole
            second = second or ((mend, after) if changed else None)
        guess, second = None, near or second
        if second is None or target == PREDICT:  # there a right answer is soon had, and tells more
            guess = self._righted(target, now, here)
        if second is None and guess is None:
            guess = self._meant(target, now, here)
        if guess is not None:
            return guess, None
        for mend in self._within(target, last_mends(now, here, target)) if second is None else ():
            after, tried = self._try(target, mend)
            if tried and after is None:
                return mend, None
            past = tried and after is not None and after.place != now.place
            alone = mend.whole and target in MODELS  # of a function of part 4 each statement may slip
            third = third or ((mend, after) if past and not alone else None)
        best = second or third
        self.take(best[0].slice if best else here)
        return best

    def _first_ways(self, target: str, now: Trouble, here: Slice) -> list[Iterator[Mend]]:
        """What is likelier than what gets a network past one line only."""
        entered = entries.mends(now, here, target, self._padding)
        moved = [moving.mends(now, here), nearby.bound_last(now, here)] if FITS in now.message else []
        written = [
            cutting.mends(now, here),
            tables.mends(here),
            crosswise.mends(now, here),
            hooks.mends(here),
            keyed.mends(now, here),
            entered,
        ]
        return [leaving.guards(now, here), *written, rounds.mends(now, here), *moved]

    def _meant(self, target: str, now: Trouble, here: Slice) -> Mend | None:
        """What a network that can't be run may have meant: near to what raises, else where it was made.

        Nothing where it does not end: each guess would be waited for as long.
        """
        if now.kind == leaving.STUCK:
            return None
        near = [each.mends(now, here) for each in (looping, conditions, nearby)]
        near.insert(0, leaving.spared(now, here))
        bound = [looping.turned(here), nearby.where_bound(now, here)]
        made = [making.mends(now, here, target, self._padding), conditions.where_made(here)]
        for ways, budget in ((near, self._guesses), (bound, _budget(MOST_BOUND)), (made, self._makes)):
            if (guess := self._guessed(target, ways, budget)) is not None:
                return guess
        return None

    def _guessed(self, target: str, ways: Iterable[Iterator[Mend]], budget: Iterator[int]) -> Mend | None:
        """A change with which a network runs as a whole."""
        for _, mend in zip(budget, as_far_as_written(ways) if target in MODELS else (), strict=False):
            if not self._has_time(target):
                break
            if self._try(target, mend) == (None, True) and self.is_whole(target):
                return mend
        return None

    def _righted(self, target: str, now: Trouble, here: Slice) -> Mend | None:
        """The change of a function of part 4 with which it answers rightly, and runs on."""
        self.take(here)
        found = righting.mends(self.student, here, target, now, lambda: self._has_time(target))
        for mend in as_far_as_written([found]):
            if self._try(target, mend) == (None, True):
                return mend
            self.take(here)
        return None

    def _has_time(self, target: str) -> bool:
        """Whether more may be tried: what is tried is loaded and run in the time that judging needs too."""
        return time.monotonic() < self._end and self.student.has_time(target if target in MODELS else "")

    def _within(self, target: str, proposed: Iterable[M]) -> Iterator[M]:
        """As many as are tried: those of a long line take minutes only to be written."""
        each = iter(proposed)
        while self._left > 0 and self._has_time(target) and (mend := next(each, None)):
            self._left -= 1
            yield mend

    def _try(self, target: str, mend: Mend) -> tuple[Trouble | None, bool]:
        """What stops a target after a mend, and whether what it answers then may be right."""
        self._answered = None
        self.take(mend.slice)
        found = self.trouble(target)
        if found is None and (harmed := self._harmed()):
            return harmed, False
        return found, found is not None or self.is_map

    def _others(self, target: str) -> list[str]:
        """The other networks that run now."""
        others = (each for each in MODELS if each != target and each in self.slice.targets)
        return [other for other in others if self.trouble(other) is None] if target in MODELS else []

    def _harmed(self) -> Trouble | None:
        """What stops a network since the mend that ran before it: what both are made of is for both."""
        answered = self._answered
        found = next((each for other in self._running if (each := self.trouble(other))), None)
        self._answered = answered
        return found

    def register(self, target: str) -> list[Held]:
        """The changes by which a network that runs has more parameters."""
        made = list[Held]()
        while target in MODELS and len(made) < MOST_MENDS and (one := self._registered(target)):
            made.append(one)
        return made

    def _registered(self, target: str) -> Held | None:
        before, known = self.slice, -1
        for held in self._within(target, registering.mends(before)):
            known = self.parameters(target) if known < 0 else known
            self.take(held.slice)
            if self.parameters(target) > known > 0 and self.trouble(target) is None:
                return held
            self.take(before)
        return None

    def stand_in(self, target: str) -> list[Mend] | None:
        """Let another forward pass stand in for a model's, with what its constructor is mended by.

        None where it doesn't make the layers for one: what stands in is not mended itself.
        """
        before, other = self.slice, standing.standing(self.slice, target) if target in MODELS else None
        if other is None:
            return None
        self.take(other)
        found = self.mend(target)
        made = found[1] if found else []
        if (found is None or made) and standing.is_whole(self.slice, target):
            return made
        self.take(before)
        return None
