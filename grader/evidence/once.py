"""Ask once: a property whose value, or whose exception, is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar, overload

from grader.errors import GraderError, StudentError

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - used like `property`
    """A property that is computed at first use; a GraderError that it raised is raised again."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.slot = f"_once_{compute.__name__}"
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> once[T] | T:
        if instance is None:
            return self
        if self.slot not in instance.__dict__:
            instance.__dict__[self.slot] = self._try(instance)
        kept: tuple[T] | GraderError = instance.__dict__[self.slot]
        if isinstance(kept, GraderError):
            raise kept
        return kept[0]

    def _try(self, instance: object) -> tuple[T] | GraderError:
        try:
            return (self.compute(instance),)
        except GraderError as error:
            return error


Attempt: TypeAlias = T | GraderError  # what a step came to


def attempt(step: Callable[[], T]) -> Attempt[T]:
    """Take a step and return what it came to, so that later ones can be taken all the same."""
    try:
        return step()
    except GraderError as error:
        return error


def taken(attempted: Attempt[T]) -> T:
    """Return what a step gave; raises what it raised."""
    if isinstance(attempted, GraderError):
        raise attempted
    return attempted


class Answers:
    """What a submission answered, kept by question; what it raised is raised again."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def of(self, question: Any, ask: Callable[[], T]) -> T:
        """Return the answer, asked for where it isn't known yet; raises StudentError."""
        if question not in self._kept:
            try:
                self._kept[question] = ask()
            except StudentError as error:
                self._kept[question] = error
        answer: T | StudentError = self._kept[question]
        return taken(answer)
