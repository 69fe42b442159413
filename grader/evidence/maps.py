"""Evidence about `returnCAM`: what its maps show, and the steps that give them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.afterwards import CUT_OFF, beside_enlarging, enlarged
from grader.diagnosis.axes import is_over_others
from grader.diagnosis.likely import leaves_channels_out
from grader.diagnosis.normalising import ROUNDED, UNSCALED
from grader.diagnosis.overshooting import steps
from grader.errors import Blocked, GraderError, StudentError
from grader.evidence import otherwise, shown
from grader.evidence.answered import AnsweredMaps
from grader.evidence.astray import of_other_features
from grader.evidence.needless import ANOTHER_VALUE, WAYS, Ways, beside_sum, is_of_the_sum, needless
from grader.evidence.once import attempt, once
from grader.evidence.questions import LEVELS, PANEL, Levels, Maps
from grader.evidence.reduced import reduced
from grader.evidence.remembered import remembered
from grader.evidence.shown import plain, plainly
from grader.evidence.uncut import uncut
from grader.evidence.unkept import unkept
from grader.mending.anew import anew
from grader.mending.stepping import chooses
from grader.records.submission import Module


class MapEvidence(AnsweredMaps):
    """What the answers come to; where low levels are cut off, what they come to without that `cut`."""

    @once
    def without_cut(self) -> MapEvidence:
        """The same without what cuts low levels off, which costs the shape's line, else itself."""
        if isinstance(attempt(lambda: self.panel), GraderError) or self.is_exact or self.beside_enlarging:
            return self
        new = anew(self.slice) if self.shows_nothing else ()
        cut = uncut(lambda instead, questions: self._given_with((*new, *instead), questions), self.slice)
        return MapEvidence(self.prediction, self.asked, cut) if cut else self

    def is_right(self, question: Maps) -> bool:
        """Whether a map equals a right one but for rounding, whatever its size."""
        answer = plain(self.map(question).arrays["value"])
        return answer is not None and self.accepts(self._case(question, answer))

    def accepts(self, case: diagnosis.Case) -> bool:
        """Return whether a map is right as the panel is: but for rounding, or in most of its pixels."""
        return diagnosis.is_right(case) or (not self.is_exact and diagnosis.is_mostly_right(case))

    @once
    def is_exact(self) -> bool:
        """Every map of the panel is a right one but for rounding."""
        return all(map(diagnosis.is_right, self.whole))

    @once
    def whole(self) -> Sequence[diagnosis.Case]:
        """The maps of the panel in rows and columns, enlarged where something else was done instead."""
        return enlarged(plainly(self.panel)).cases

    @once
    def explained(self) -> otherwise.Explained:
        """The steps that give the student's maps; found by trying where the answers alone tell nothing."""
        if self.is_constant:
            without = remembered(self._asked_with, self.slice) or needless(
                self._asked_with, self.slice, self.follows_sum
            )
            return without or otherwise.Explained(None)
        if self.is_flat and (lost := unkept(self._asked_with, self.slice)) is not None:
            return lost
        if self.beside_enlarging == CUT_OFF and not self.cut:
            return otherwise.Explained(diagnosis.Verdict("", "", ""))
        if (astray := of_other_features(self._asked_with, self.slice)) is not None:
            return astray
        found = steps(self.whole)
        if found is None and self.is_stretched and self.follows_sum:
            return otherwise.Explained(None)
        if found is None and (anew := remembered(self._asked_with, self.slice)) is not None:
            return anew
        # code tells more of a sum over others
        over_others = is_over_others(found.sums) if found else not self._is_of_the_sum
        if over_others and (other := reduced(self._asked_with, self.slice)) is not None:
            return other
        ways = self._doubts(found)
        less = needless(self._asked_with, self.slice, self.follows_sum, ways) if ways else None
        if less is not None and (found is None or otherwise.is_fewer(less, found)):
            return less
        if found is not None and (masked := self._masked(found)) is not None:
            return masked
        if found is not None:
            return otherwise.Explained(otherwise.in_full(self._asked_with, self.slice, found))
        return otherwise.explained(self._asked_with, self.slice, self.panel, self.shows_nothing)

    @property
    def _is_of_the_sum(self) -> bool:
        """Whether channels are summed, whatever stretched the sum."""
        return is_of_the_sum(self.whole) or self.follows_sum

    def _doubts(self, found: diagnosis.Verdict | None) -> Ways:
        """The ways in which one operation may be at fault: a mask rounds, too, a 255 may do something else.

        Beside one known step a map is of another type than bytes where another value is enlarged.
        """
        if found is None or found.faults > 1 or leaves_channels_out(found.sums):
            return WAYS
        if found.stretch in (UNSCALED, ROUNDED):
            return WAYS
        return ANOTHER_VALUE if found.faults and self.is_no_bytes else ()

    def _masked(self, found: diagnosis.Verdict) -> otherwise.Explained | None:
        """The mask beside known faults of a sum; it costs dozens of maps to find."""
        if found.stretch != ROUNDED:
            return None
        return beside_sum(self._asked_with, self.slice, self.whole, found)

    @property
    def verdict(self) -> diagnosis.Verdict | None:
        """These steps alone; None where no known combination gives the maps."""
        return self.explained.verdict

    @once
    def shape(self) -> tuple[int, ...]:
        """The shape of the first answer, as it is where channels are summed."""
        instead = self.explained.instead
        reply = self._map_with(instead, PANEL[0], self.working_form) if instead else None
        return reply.arrays["value"].shape if reply else self.first.shape

    @property
    def is_constant(self) -> bool:
        """Whether the same map comes back for every question: no step of it can be told."""
        return shown.is_constant(self.panel)

    @property
    def is_flat(self) -> bool:
        """Whether every map has one value everywhere."""
        return all(case.answer.size and case.answer.min() == case.answer.max() for case in self.panel)

    @property
    def is_spoilt(self) -> bool:
        """Whether every map has one value, though code takes the class's weights: the cause sum.flat."""
        return self.is_flat and chooses(self.slice, MAP)

    @property
    def is_no_bytes(self) -> bool:
        """Whether the maps hold something else than bytes, which is a fault of its own."""
        return self.first.dtype != np.uint8

    @once
    def beside_enlarging(self) -> str:
        """What is done instead of enlarging the maps, or beside it to right ones; "" if nothing."""
        if self.cut:
            return CUT_OFF
        instead = self.explained.instead if self.is_constant else ()
        maps = plainly(self._given_with(instead, PANEL) if instead else self.panel)
        return beside_enlarging(maps)

    def _asked_with(self, instead: tuple[Module, ...], questions: Sequence[Maps]) -> Sequence[diagnosis.Case]:
        """The maps that come out where statements are read otherwise, enlarged; none where it raises."""
        return enlarged(self._given_with(instead, questions)).cases

    def _given_with(self, instead: tuple[Module, ...], questions: Sequence[Maps]) -> Sequence[diagnosis.Case]:
        """The same as they come out.

        Of these no answer is kept: there may be a hundred, each as large as an answer may be.
        """
        form, found = self.working_form, list[diagnosis.Case]()
        try:
            for each in questions:
                reply = self._map_with(instead, each, form) if instead else self.map(each)
                answer = plain(reply.arrays["value"]) if "value" in reply.arrays else None
                found += [self._case(each, answer)] if answer is not None else []
        except StudentError:
            return ()
        return found

    @once
    def follows_sum(self) -> bool:
        """The maps are made of the right weighted sum, whatever the stretching of its values."""
        return shown.is_of_sum(self.whole) or any(map(self._shows_levels, LEVELS))

    @once
    def is_linear(self) -> bool:
        """Every map is a straight line of the right weighted sum, whatever its ends."""
        return shown.is_linear(self.whole)

    @once
    def is_stretched(self) -> bool:
        """Every map goes from 0 to 255 along a straight line of the right sum, whatever enlarged it."""
        return shown.is_stretched(self.whole)

    @once
    def straight_range(self) -> str:
        """The range that every map is stretched to along a straight line; "" where each has its own."""
        return shown.straight_range(self.whole)

    def _shows_levels(self, question: Levels) -> bool:
        """Two values of the sum stay two values: no more is left of it where bytes wrap around."""
        try:
            answer = plain(self.map(question).arrays["value"])
        except (StudentError, KeyError):
            return False
        return answer is not None and diagnosis.shows_levels(answer, question.is_high(self.seed))

    @property
    def shows_nothing(self) -> bool:
        """Whether the maps are flat, or the same whatever is in the picture."""
        return shown.is_nothing(self.panel)

    @once
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest value of the first answer."""
        if not self.first.size:
            raise Blocked("the map has no pixels, see cam.weighted_sum")
        return float(self.first.min()), float(self.first.max())
