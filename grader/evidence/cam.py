"""Evidence about `get_cls_pred`, `returnCAM` and the last cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from grader.assignment import MAP, PREDICT, TOP1
from grader.diagnosis import cam as diagnosis
from grader.diagnosis.afterwards import beside_enlarging
from grader.errors import Blocked, StudentError, StudentRaised, Unverified
from grader.evidence import otherwise, shown
from grader.evidence.once import attempt, once, taken
from grader.evidence.questions import CLASSES_ASKED, LEVELS, PANEL, Levels, Logits, Maps
from grader.evidence.shown import plain, plainly
from grader.profiles.profile import MAP as MAP_FORM
from grader.profiles.profile import MapForm
from grader.records.submission import Module, Slice
from grader.wall.answers import Asks, Reply
from grader.wall.verbs import FORMS, Cam, CamCell, Cell, ClsPred, Form, Map, Prediction

Array = NDArray[Any]
V = TypeVar("V")
PRINTED = re.compile(rf"{TOP1}\s*:\s*([-+0-9.einfaE]+)\s*->\s*([^\n]*)")


class CamEvidence:
    """What was asked about part 4; answers are kept by question."""

    name = MAP

    def __init__(
        self,
        student: Asks,
        seed: int,
        labels: tuple[str, ...],
        asked: MapForm = MAP_FORM,
        slice: Slice | None = None,
    ) -> None:
        self.student = student
        self.seed = seed
        self.labels = labels
        self.asked = asked
        self.slice = slice or Slice()
        self.refused: StudentRaised | None = None  # what is raised for some classes
        self.explained = otherwise.Explained(None)  # by trying, where the answers alone tell nothing
        self._answers: dict[Any, Reply[Any] | StudentError] = {}

    def _keep(self, question: Any, ask: Callable[[], Reply[V]]) -> Reply[V]:
        if question not in self._answers:
            try:
                self._answers[question] = ask()
            except StudentError as error:
                self._answers[question] = error
        answer = self._answers[question]
        if isinstance(answer, StudentError):
            raise answer
        return answer

    # --- get_cls_pred ---

    def predict(self, question: Logits) -> Reply[Prediction]:
        """Ask get_cls_pred; raises StudentError."""
        logit = question.array(self.seed)
        return self._keep(question, lambda: self.student.ask(ClsPred(), {"logit": logit}, seconds=20.0))

    @once
    def prediction(self) -> Reply[Prediction]:
        """One prediction; Blocked where get_cls_pred raises."""
        try:
            return self.predict(Logits(0, 5, 0.0, 3.0))
        except StudentError as error:
            raise Blocked(f"{PREDICT} can't be called, see cam.cls_index") from error

    @once
    def form(self) -> Form | None:
        """The form of index that the student's own get_cls_pred returns; None where it is not accepted."""
        try:
            value = self.prediction.value
        except (Blocked, Unverified):
            return None
        index = self.prediction.arrays.get("value")
        if index is None or index.dtype.kind not in "iu" or index.shape not in ((), (1,)):
            return None
        if value.type == "Tensor":
            return "tensor" if index.shape else "tensor0"
        if value.type == "int":
            return "int"
        return "array" if index.shape else "array0"

    @once
    def chooses(self) -> bool:
        """Whether what get_cls_pred returns follows from the logits: other classes, and the same twice."""
        try:
            found = [self._returned(self.predict(question)) for question in CLASSES_ASKED]
            again = self.student.ask(ClsPred(), {"logit": CLASSES_ASKED[0].array(self.seed)}, seconds=20.0)
        except StudentError:
            return False
        return len(set(found)) > 1 and self._returned(again) == found[0]

    @once
    def is_over_batch(self) -> bool:
        """Whether the right class and probability come out once a softmax is taken over the other axis."""
        return otherwise.is_over_batch(self.student, self.slice, self.seed, self.labels)

    @staticmethod
    def _returned(reply: Reply[Prediction]) -> bytes:
        value = reply.arrays.get("value")
        return reply.value.text.encode() if value is None else value.tobytes()

    # --- returnCAM ---

    @once
    def working_form(self) -> Form:
        """The form that returnCAM is asked with: the student's own, or the first that it doesn't refuse."""
        refused: StudentRaised | None = None
        for form in dict.fromkeys((self.form or FORMS[0], *FORMS)):
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
        return self._keep((question, form), lambda: self._map_with((), question, form))

    def _map_with(self, instead: tuple[Module, ...], question: Maps | Levels, form: Form) -> Reply[Map]:
        features, weight = question.arrays(self.seed)
        arrays = {"features": features, "weight": weight}
        return self.student.ask(Cam(question.index, form, instead), arrays, seconds=20.0)

    @once
    def panel(self) -> tuple[diagnosis.Case, ...]:
        """The map's answers to a fixed panel of questions; Blocked where there are none."""
        try:
            return self.answers
        except StudentError as error:
            raise Blocked(f"{MAP} can't be called, see cam.weighted_sum") from error

    @once
    def answers(self) -> tuple[diagnosis.Case, ...]:
        """The same; raises StudentError where it can't be called."""
        replies = [(question, reply) for question in PANEL if (reply := self.unless_out_of_range(question))]
        if not replies and self.refused:
            raise self.refused
        if any("value" not in reply.arrays for _, reply in replies):
            kind = replies[0][1].value.type
            raise Blocked(f"{MAP} returns a {kind}, not an array: see cam.weighted_sum")
        return tuple(self._case(question, reply.arrays["value"]) for question, reply in replies)

    def unless_out_of_range(self, question: Maps) -> Reply[Map] | None:
        """A map; None where an index made of the class's is none: other classes show which one it is."""
        try:
            return self.map(question)
        except StudentRaised as error:
            if error.kind != "IndexError":
                raise
            self.refused = self.refused or error
            return None

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

    def is_right(self, question: Maps) -> bool:
        """Whether a map equals a right one but for rounding, whatever its size."""
        answer = plain(self.map(question).arrays["value"])
        return answer is not None and self.accepts(self._case(question, answer))

    def accepts(self, case: diagnosis.Case) -> bool:
        """Say whether a map is right as the panel is: but for rounding, or in most of its pixels."""
        return diagnosis.is_right(case) or (not self.is_exact and diagnosis.is_mostly_right(case))

    @once
    def is_exact(self) -> bool:
        """Every map of the panel is a right one but for rounding."""
        return all(map(diagnosis.is_right, plainly(self.panel)))

    @once
    def verdict(self) -> diagnosis.Verdict | None:
        """The steps that give the student's maps; None where no known combination does."""
        if self.is_constant:
            return None
        if self.beside_enlarging:
            return diagnosis.Verdict("", "", "")
        found = diagnosis.search(plainly(self.panel))
        if found is not None or (self.is_stretched and self.follows_sum):
            return found
        self.explained = otherwise.explained(self._asked_with, self.slice, self.panel, self.shows_nothing)
        return self.explained.verdict

    @property
    def is_constant(self) -> bool:
        """Whether the same map comes back for every question: no step of it can be told."""
        return shown.is_constant(self.panel)

    @once
    def beside_enlarging(self) -> str:
        """What is done to right maps beside enlarging them; "" if nothing, or if they are no right ones."""
        return "" if self.is_exact else beside_enlarging(plainly(self.panel))

    def _asked_with(self, instead: tuple[Module, ...], questions: Sequence[Maps]) -> Sequence[diagnosis.Case]:
        """The maps that come out where statements are read otherwise; none where it raises.

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
        return shown.is_of_sum(self.panel) or any(map(self._shows_levels, LEVELS))

    @once
    def is_linear(self) -> bool:
        """Every map is a straight line of the right weighted sum, whatever its ends."""
        return shown.is_linear(self.panel)

    @once
    def is_stretched(self) -> bool:
        """Every map goes from 0 to 255 along a straight line of the right sum, whatever enlarged it."""
        return shown.is_stretched(self.panel)

    @once
    def straight_range(self) -> str:
        """The range that every map is stretched to along a straight line; "" where each has its own."""
        return shown.straight_range(self.panel)

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
        answer = self.panel[0].answer
        if not answer.size:
            raise Blocked("the map has no pixels, see cam.weighted_sum")
        return float(answer.min()), float(answer.max())

    # --- what a check needs before it asks more ---

    def need_prediction(self) -> None:
        """Raise Blocked where get_cls_pred can't be called."""
        taken(attempt(lambda: self.prediction))

    def need_map(self) -> None:
        """Raise Blocked where returnCAM gives no maps."""
        taken(attempt(lambda: self.panel))

    def need_functions(self) -> None:
        """Raise Blocked where either is so."""
        self.need_map()
        self.need_prediction()

    # --- the last cell ---

    @once
    def mended_cell(self) -> Reply[Cell]:
        """What the last cell made once the slip that stops it is mended; the same where it can't be."""
        return otherwise.mended_cell(self.student, self.slice, self.cell)

    @once
    def cell_of_one(self) -> Reply[Cell]:
        """What the last cell makes of one index and one map, where the functions return something else."""
        fits = self.first.shape == self.asked.size and self.first.dtype == np.uint8 and self.kind == "ndarray"
        names = (*([PREDICT] if self.form is None else []), *([] if fits else [MAP]))
        return otherwise.cell_of_one(self.student, self.slice, names, self.cell) if names else self.cell

    @once
    def cell(self) -> Reply[Cell]:
        """What the last cell made; raises StudentError."""
        return self.student.ask(CamCell(), seconds=60.0)
