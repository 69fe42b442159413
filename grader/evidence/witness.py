"""The submission as evidence is asked of it: says why when one of the four names is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from grader.assignment import GRADIENTS, MAP, PREDICT
from grader.errors import StudentLacks, StudentRaised, Unverified
from grader.records.reason import Place, Reason
from grader.records.submission import Submission
from grader.sandbox.student import Student
from grader.wall.answers import Reply
from grader.wall.values import SourceLine
from grader.wall.verbs import Cam, CamCell, ClsPred, GradCam, Request
from grader.wall.wire import Array

V = TypeVar("V")
FUNCTIONS: Mapping[type[Request[Any]], str] = {ClsPred: PREDICT, Cam: MAP, GradCam: GRADIENTS}

WRONG_KIND = re.compile(r"\w+(\(\.\.\.\))? is of type [\w.]+, not an? [\w.]+")  # else a student's own words


class Witness:
    """Asks the student's process, and nothing where what is asked about is missing."""

    def __init__(
        self, student: Student, submission: Submission, lacks: Mapping[str, Reason] | None = None
    ) -> None:
        """`lacks` says by name what needs a library that isn't installed: a person looks at that."""
        self.student = student
        self.submission = submission
        self.lacks = lacks or {}

    def ask(
        self, request: Request[V], arrays: Mapping[str, Array] | None = None, *, seconds: float = 30.0
    ) -> Reply[V]:
        """Answer one request; raises StudentError, StudentLacks where the name asked about isn't there."""
        name = FUNCTIONS.get(type(request)) or str(getattr(request, "model", ""))
        if reason := self._lack(request, name):
            raise Unverified(reason)
        if name and name not in self.student.loaded.targets:
            raise self._missing(name)
        try:
            return self.student.ask(request, arrays, seconds=seconds)
        except StudentRaised as error:
            if error.kind == "WrongKindError" and WRONG_KIND.fullmatch(error.message):
                raise StudentLacks(error.message, error.place, name) from error
            raise

    def _lack(self, request: Request[Any], name: str) -> Reason | None:
        """What can't be asked here; the last cell calls both functions."""
        names = FUNCTIONS.values() if isinstance(request, CamCell) else (name,)
        return next((self.lacks[each] for each in names if each in self.lacks), None)

    def _missing(self, name: str) -> StudentLacks:
        for failure in self.student.loaded.failures:
            if _binds(self._source(failure.at), name):
                words = f"the statement that defines it raises {failure.kind}: {failure.message}"
                place = (failure.line or failure.at).place
                return StudentLacks(f"{name} is not there: {words}", place, name)
        for dropped in self.submission.slice.dropped:
            if "parse" in dropped.reason and _binds(self.submission.texts.get(dropped.label, ""), name):
                place = Place(dropped.label, dropped.line)
                return StudentLacks(f"{name} is not there: {dropped.label} {dropped.reason}", place, name)
        return StudentLacks(f"{name} is not defined in the submission", name=name)

    def _source(self, at: SourceLine) -> str:
        chunks = (chunk for module in self.submission.slice.modules for chunk in module.chunks)
        return next(
            (chunk.source for chunk in chunks if (chunk.label, chunk.line) == (at.label, at.line)), ""
        )


def _binds(source: str, name: str) -> bool:
    return re.search(rf"\b(?:class|def)\s+{name}\b|\b{name}\s*=", source) is not None
