"""Evidence about `get_cls_pred`: what it returns, and what it prints."""

from __future__ import annotations

import re

import numpy as np

from grader.assignment import PREDICT, TOP1
from grader.diagnosis.probability import TOLERANCE, Number, explained
from grader.errors import Blocked, StudentError, Unverified
from grader.evidence import otherwise
from grader.evidence.astray import of_other_logits
from grader.evidence.once import Answers, attempt, once, taken
from grader.evidence.printed import Printed, read_printed, uncoloured
from grader.evidence.questions import CLASSES_ASKED, NUMBERS_ASKED, Logits
from grader.mending.floats import as_it_stands
from grader.mending.unread import Read
from grader.records.submission import Module, Slice
from grader.wall.answers import Asks, Reply
from grader.wall.verbs import ClsPred, Form, Prediction
from reference.cam import get_cls_pred

PRINTED = re.compile(rf"{TOP1}\s*:\s*([-+0-9.einfaE]+)\s*->\s*([^\n]*)")
MOST_LISTED = 10  # integers of an answer whose first is taken for the index: a few best classes, no picture


class PredictionEvidence:
    """What was asked about the prediction; answers are kept by question."""

    def __init__(
        self,
        student: Asks,
        seed: int,
        labels: tuple[str, ...],
        slice: Slice | None = None,
        instead: tuple[Module, ...] = (),
    ) -> None:
        self.student, self.seed, self.labels, self.slice = student, seed, labels, slice or Slice()
        self.instead, self._answers = instead, Answers()

    def ask(self, question: Logits) -> Reply[Prediction]:
        """Ask get_cls_pred; raises StudentError."""
        return self._answers.of(question, lambda: self._ask_again(question))

    def _ask_again(self, question: Logits) -> Reply[Prediction]:
        given = {"logit": question.array(self.seed)}
        try:
            return self.student.ask(ClsPred(self.instead, question.grad), given, seconds=20.0)
        except StudentError:
            if question.grad == "usual":
                raise
        return self.student.ask(
            ClsPred(self.instead), given, seconds=20.0
        )  # the last cell is where that would matter

    @once
    def first(self) -> Reply[Prediction]:
        """One prediction; Blocked where get_cls_pred raises."""
        try:
            return self.ask(CLASSES_ASKED[0])
        except StudentError as error:
            raise Blocked(f"{PREDICT} can't be called, see cam.cls_index") from error

    def need(self) -> None:
        """Raise Blocked where get_cls_pred can't be called."""
        taken(attempt(lambda: self.first))

    @once
    def form(self) -> Form | None:
        """The form of index that the student's own get_cls_pred returns; None where it is not accepted."""
        try:
            value = self.first.value
        except (Blocked, Unverified):
            return None
        index = self.first.arrays.get("value")
        if index is None or index.dtype.kind not in "iu" or index.shape not in ((), (1,)):
            return None
        if value.type == "Tensor":
            return "tensor" if index.shape else "tensor0"
        if value.type == "int":
            return "int"
        return "array" if index.shape else "array0"

    @once
    def chooses(self) -> bool:
        """Whether what get_cls_pred returns follows from the logits: others of a kind, and the same twice."""
        try:
            replies = [self.ask(question) for question in CLASSES_ASKED]
            are_alike = len({"value" in reply.arrays for reply in replies}) == 1
            return are_alike and len({_returned(reply) for reply in replies}) > 1 and self.is_steady
        except StudentError:
            return False

    @once
    def is_steady(self) -> bool:
        """Whether the same logits give the same index again: false where chance chooses it."""
        first, again = self.ask(CLASSES_ASKED[0]), self._ask_again(CLASSES_ASKED[0])
        return _returned(again) == _returned(first)

    @once
    def elsewhere(self) -> Read | None:
        """The name of the notebook that is read in the place of the logits, where one index comes of all."""
        try:
            found = {self.index(question) for question in CLASSES_ASKED}
            if len(found) > 1 or None in found or not self._is_the_same_again:
                return None
        except StudentError:
            return None
        told = self._follows[1]

        def follows(read: Read) -> tuple[bool, bool]:
            index, number = self._with(read.modules)._follows
            return index, number and (index or not told)

        return of_other_logits(self.slice, follows)

    @once
    def as_given(self) -> PredictionEvidence:
        """The same function reading the logits that it is given, which costs the index's line elsewhere."""
        return self if self.elsewhere is None else self._with(self.elsewhere.modules)

    def _with(self, instead: tuple[Module, ...]) -> PredictionEvidence:
        return PredictionEvidence(self.student, self.seed, self.labels, self.slice, instead)

    @property
    def _follows(self) -> tuple[bool, bool]:
        """Whether the index follows from the logits, and the printed probability does, too."""
        try:
            wanted = [get_cls_pred(each.array(self.seed), self.labels) for each in CLASSES_ASKED]
            printed = [self.printed(question).numbers[:1] for question in CLASSES_ASKED]
        except StudentError:
            return False, False
        near = (
            one and abs(one[0] - top) <= TOLERANCE for one, (top, *_) in zip(printed, wanted, strict=True)
        )
        return self.chooses, all(near)

    @property
    def _is_the_same_again(self) -> bool:
        """Whether code that is run again as it stands answers as before: it can see that."""
        question, again = CLASSES_ASKED[0], as_it_stands(self.slice)
        reply = PredictionEvidence(self.student, self.seed, self.labels, self.slice, again)._ask_again(
            question
        )
        return _returned(reply) == _returned(self.ask(question))

    @once
    def is_over_batch(self) -> bool:
        """Whether the right class and probability come out once a softmax is taken over the other axis."""
        return otherwise.is_over_batch(self.student, self.slice, self.seed, self.labels)

    def index(self, question: Logits) -> int | None:
        """Return the one index that an answer holds, whatever its form; None where there isn't one."""
        value = self.ask(question).arrays.get("value")
        if value is None or value.dtype == np.bool_ or not np.issubdtype(value.dtype, np.number):
            return None
        flat = value.reshape(-1)
        if flat.size == 1 and np.isfinite(flat[0]) and float(flat[0]).is_integer():
            return int(flat[0])
        is_list = 1 < flat.size <= MOST_LISTED and np.issubdtype(flat.dtype, np.integer)
        return int(flat[0]) if is_list else None

    def printed(self, question: Logits) -> Printed:
        """Return the name and the probability that were printed: the assignment's line, else in any words."""
        text = uncoloured(self.ask(question).value.printed)
        line = PRINTED.search(text)
        if line is None:
            return read_printed(text, self.labels)
        names = read_printed(line[2], self.labels).names[:1] or (line[2].strip(),)  # a full stop may follow
        try:
            return Printed(names, (float(line[1]),), line[0])
        except ValueError:
            return Printed(names, (), line[0])

    def printed_index(self, question: Logits) -> int | None:
        """Return the index of the class whose name is printed first."""
        names = [name for name in self.printed(question).names if name in self.labels]
        return self.labels.index(names[0]) if names else None

    def is_always_1(self, *more: Logits) -> bool:
        """Return whether 1 is printed for every class, as by a softmax over an axis of length one."""
        return all(1.0 in self.printed(question).numbers[:1] for question in (*CLASSES_ASKED, *more))

    @once
    def number(self) -> Number | None:
        """How the printed probabilities came about; None where no known way gives them all."""
        try:
            numbers = [(self.printed(each).numbers[:1], each) for each in NUMBERS_ASKED]
        except StudentError:
            return None
        return explained([(found[0], each.array(self.seed)[0]) for found, each in numbers if found])


def _returned(reply: Reply[Prediction]) -> bytes:
    value = reply.arrays.get("value")
    return reply.value.text.encode() if value is None else value.tobytes()
