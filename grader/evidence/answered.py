"""What `returnCAM` answers: each question about its maps is asked once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import MAP
from grader.diagnosis import cam as diagnosis
from grader.errors import Blocked, StudentError, StudentRaised
from grader.evidence.once import Answers, attempt, once, taken
from grader.evidence.prediction import PredictionEvidence
from grader.evidence.questions import PANEL, Levels, Maps
from grader.mending.uncut import Without
from grader.plurals import article
from grader.profiles.profile import MAP as MAP_FORM
from grader.profiles.profile import MapForm
from grader.records.submission import Module
from grader.wall.answers import Reply
from grader.wall.verbs import FORMS, Cam, Form, Map

Array = NDArray[Any]


class AnsweredMaps:
    """The maps that it gives; `name` is what they are called in sentences."""

    name = MAP

    def __init__(
        self, prediction: PredictionEvidence, asked: MapForm = MAP_FORM, cut: Without | None = None
    ) -> None:
        self.prediction, self.asked, self.cut = prediction, asked, cut
        self.student, self.seed = prediction.student, prediction.seed
        self.slice = cut.slice if cut else prediction.slice
        self._answers = Answers()

    @once
    def working_form(self) -> Form:
        """The form that returnCAM is asked with: the student's own, or the first that it doesn't refuse."""
        refused: StudentRaised | None = None
        for form in dict.fromkeys((self.prediction.form or FORMS[0], *FORMS)):
            try:
                self._ask_map(PANEL[0], form)
            except StudentRaised as error:
                refused = refused or error
            else:
                return form
        assert refused is not None
        raise refused

    def map(self, question: Maps | Levels) -> Reply[Map]:
        """Ask returnCAM; raises StudentError."""
        return self._ask_map(question, self.working_form)

    def _ask_map(self, question: Maps | Levels, form: Form) -> Reply[Map]:
        return self._answers.of((question, form), lambda: self._map_with((), question, form))

    def _map_with(self, instead: tuple[Module, ...], question: Maps | Levels, form: Form) -> Reply[Map]:
        features, weight = question.arrays(self.seed)
        arrays = {"features": features, "weight": weight}
        instead = (*(self.cut.instead if self.cut else ()), *instead)
        return self.student.ask(Cam(question.index, form, instead), arrays, seconds=20.0)

    @once
    def panel(self) -> tuple[diagnosis.Case, ...]:
        """The map's answers to a fixed panel of questions; Blocked where there are none."""
        try:
            return self.answers
        except StudentError as error:
            raise Blocked(f"{MAP} can't be called, see cam.weighted_sum") from error

    def need(self) -> None:
        """Raise Blocked where returnCAM gives no maps."""
        taken(attempt(lambda: self.panel))

    @once
    def answers(self) -> tuple[diagnosis.Case, ...]:
        """The same; raises StudentError where it can't be called."""
        if len(self._refusals) == len(PANEL):
            raise self._refusals[0]
        if kind := self.unread:
            raise Blocked(f"{MAP} returns {article(kind)}, not an array: see cam.weighted_sum")
        return tuple(self._case(question, reply.arrays["value"]) for question, reply in self._replies)

    @once
    def unread(self) -> str:
        """The type of what it returns, where that is no array; raises StudentError."""
        return next((reply.value.type for _, reply in self._replies if "value" not in reply.arrays), "")

    @property
    def _replies(self) -> list[tuple[Maps, Reply[Map]]]:
        asked = ((question, self.unless_out_of_range(question)) for question in PANEL)
        return [(question, reply) for question, reply in asked if reply]

    @once
    def spoils_inputs(self) -> bool:
        """Whether it changes the arrays that it is given; what can't be called changes none."""
        replies = attempt(lambda: self._replies)
        return isinstance(replies, list) and not all(reply.value.kept for _, reply in replies)

    @property
    def refused(self) -> StudentRaised | None:
        """What is raised for the first class of the panel whose index is made one out of range."""
        return next(iter(self._refusals), None)

    @once
    def _refusals(self) -> list[StudentRaised]:
        found = (self._or_out_of_range(question) for question in PANEL)
        return [answer for answer in found if isinstance(answer, StudentRaised)]

    def unless_out_of_range(self, question: Maps) -> Reply[Map] | None:
        """Return a map; None where the index that is made of the class's is out of range."""
        answer = self._or_out_of_range(question)
        return None if isinstance(answer, StudentRaised) else answer

    def _or_out_of_range(self, question: Maps) -> Reply[Map] | StudentRaised:
        try:
            return self.map(question)
        except StudentRaised as error:
            if error.kind != "IndexError":
                raise
            return error

    def _case(self, question: Maps, answer: Array) -> diagnosis.Case:
        features, weight = question.arrays(self.seed)
        return diagnosis.Case(
            features[0].astype(np.float64), weight.astype(np.float64), question.index, answer
        )

    @property
    def first(self) -> Array:
        """The first answer."""
        return self.panel[0].answer

    @property
    def kind(self) -> str:
        """Its type."""
        return self.map(PANEL[0]).value.type
