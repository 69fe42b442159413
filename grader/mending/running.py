"""Runs what is graded with one slice after another, and tells what stops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from grader.assignment import GRADIENTS, MAP, MODELS
from grader.errors import GraderError, StudentError, starved
from grader.mending.asking import LARGER, Question, questions
from grader.mending.impossible import impossible
from grader.mending.leaving import STUCK
from grader.mending.reaching import by_number, with_values
from grader.mending.trouble import Trouble, of_error, of_missing, root
from grader.plurals import article
from grader.records.submission import Slice
from grader.wall.answers import Reply
from grader.wall.recording import Argument, Items, Recording, Tensor
from grader.wall.verbs import FORMS, Build, GradCam, Initial, Loaded, Map, Model, Raised, Request, Trace
from grader.wall.wire import DTYPES, Array
from reference.cam import SIZE

V = TypeVar("V")
FLAT = (prod(SIZE),)  # the shape of a map whose places stand in one row
LONGEST = 20.0  # seconds that a question may take: most take a fraction of one
TOO_SMALL = ("greater than actual input size", "utput size is too small")


class Mendable(Protocol):
    """A student whose slice can be exchanged."""

    @property
    def loaded(self) -> Loaded:
        """What loading the slice gave."""

    def ask(
        self,
        request: Request[V],
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float,
        told: bool,
    ) -> Reply[V]:
        """Answer one request; where told so, what takes longer raises."""

    def has_time(self, model: str) -> bool:
        """Whether enough is left to judge a model, or "" for functions, after it was tried once more."""

    def take(self, slice: Slice) -> None:
        """Go on with another slice."""


class Running:
    """A student with the slice that it has now, and what it answered last."""

    def __init__(self, student: Mendable, slice: Slice) -> None:
        self.student = student
        self.slice = slice
        self._answered: Map | Recording | None = None
        self._known: set[Raised] = set()  # by any slice: most that can't be run are stopped by the same

    def take(self, slice: Slice) -> None:
        """Go on with a slice."""
        if slice is not self.slice:
            self.student.take(slice)
            self.slice = slice

    def trouble(self, target: str) -> Trouble | None:
        """What stops a target now, followed back to where it began."""
        try:
            loaded = self.student.loaded
            if target not in loaded.targets:
                found = of_missing(target, self.slice, loaded)
            else:
                found = self._ask(target)
        except GraderError:
            return None
        return root(found, self.slice, loaded) if found else None

    def _ask(self, target: str) -> Trouble | None:
        found = self._asked(questions(target))
        if found and target in MODELS and any(words in found.message for words in TOO_SMALL):
            found = self._asked(questions(target, size=LARGER))
        if found is None and target in MODELS:
            found = self._unfilled(target)
        if target not in (MAP, GRADIENTS) or found is None or found.kind == STUCK:
            return found
        others = (self._asked(questions(target, form)) for form in FORMS[1:])  # of an index; one is enough
        return found if all(other is not None for other in others) else None

    def _unfilled(self, target: str) -> Trouble | None:
        """What stops a constructor only where its values are real: shapes are all that is tried before."""
        try:
            self.student.ask(Initial(model=target, names=()), seconds=LONGEST, told=True)
        except StudentError as error:
            found = None if starved(error) else of_error(error)
            return found if found and found.kind != STUCK else None
        return None

    def _asked(self, asked: Sequence[Question]) -> Trouble | None:
        try:
            for request, arrays in asked:
                reply = self.student.ask(self._knowing(request), arrays, seconds=LONGEST, told=True)
                answer = reply.value
                if isinstance(answer, Model) and (found := impossible(answer)):
                    return found
                self._answered = answer if isinstance(answer, Map | Recording) else None
                if isinstance(answer, Recording) and answer.output is None:
                    return Trouble("TypeError", f"the forward pass returns {article(answer.type)}", None)
                if isinstance(request, Trace) and isinstance(answer, Recording) and by_number(answer):
                    for each in with_values(request):
                        self.student.ask(each, seconds=LONGEST, told=True)
                if isinstance(answer, Map) and not (reply.arrays and answer.shape):
                    return _unread(GRADIENTS if isinstance(request, GradCam) else MAP, answer)
        except StudentError as error:
            return self._noted(of_error(error))
        return None

    def _knowing(self, request: Request[Any]) -> Request[Any]:
        """A question with what was seen to be raised: to see it again with real weights takes a second."""
        return replace(request, known=tuple(sorted(self._known))) if isinstance(request, Trace) else request

    def _noted(self, found: Trouble | None) -> Trouble | None:
        if found and found.place:
            self._known.add((found.kind, found.place.label, found.place.line, found.message))
        return found

    @property
    def is_map(self) -> bool:
        """Whether what was answered last may be a map, if one was asked for: be it a flat one of its size."""
        answered = self._answered
        return not isinstance(answered, Map) or len(answered.shape) > 1 or answered.shape == FLAT

    def is_whole(self, target: str) -> bool:
        """Whether a network applied all that it has, and gave a map of the input's size for each picture."""
        run = self._answered
        if not isinstance(run, Recording):
            return False
        taken = _read(run)
        used = sum(leaf.kind == "parameter" and leaf.number in taken for leaf in run.leaves)
        given = next((leaf.shape for leaf in run.leaves if leaf.number == run.input), ())
        same = bool(given) and run.shape[:1] == given[:1] and run.shape[2:] == given[2:]
        return same and used == self.parameters(target)

    def applies_nothing(self, target: str) -> bool:
        """Whether a network runs, and makes what it returns of its input alone."""
        run = self._answered
        return target in MODELS and isinstance(run, Recording) and _read(run) <= {run.input}

    def comes_to_little(self, target: str) -> bool:
        """Whether most of what a network has plays no part in what it returns."""
        run = self._answered
        if target not in MODELS or not isinstance(run, Recording):
            return False
        reached = _reached(run)
        counted = sum(leaf.kind == "parameter" and leaf.number in reached for leaf in run.leaves)
        return 2 * counted < self.parameters(target)

    def parameters(self, target: str) -> int:
        """How many parameters a network has; 0 where it can't be built."""
        try:
            return len(self.student.ask(Build(model=target), seconds=LONGEST, told=True).value.parameters)
        except StudentError:
            return 0


def _unread(name: str, answer: Map) -> Trouble:
    """What is wrong with an answer whose numbers can't be read."""
    large = answer.shape and answer.dtype in DTYPES
    told = f" of shape {answer.shape}, which is too large" if large else ", not an array of numbers"
    return Trouble("TypeError", f"{name} returns {article(answer.type)}{told}", None)


def _read(run: Recording) -> set[int]:
    """The leaves that a network reads, by their numbers."""
    leaves = {leaf.number for leaf in run.leaves}
    return leaves & set(
        _taken(argument for call in run.calls for argument in (*call.args, *call.named.values()))
    )


def _reached(run: Recording) -> set[int]:
    """The tensors that what a network returns is computed from, by their numbers."""
    reached = {run.output}
    for call in reversed(run.calls):
        if any(result.number in reached for result in call.results):
            reached.update(_taken((*call.args, *call.named.values())))
    return {number for number in reached if number is not None}


def _taken(arguments: Iterable[Argument]) -> Iterator[int]:
    """The numbers of the tensors among arguments."""
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument.number
        elif isinstance(argument, Items):
            yield from _taken(argument.items)
