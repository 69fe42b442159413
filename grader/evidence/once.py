"""Ask once: a property whose value, or whose exception, is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from grader.errors import GraderError

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - used like `property`
    """A property that is computed at first use; a GraderError that it raised is raised again."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.slot = f"_once_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> once[T] | T:
        if instance is None:
            return self
        kept = instance.__dict__.get(self.slot)
        if kept is None:
            try:
                kept = (self.compute(instance), None)
            except GraderError as error:
                kept = (None, error)
            instance.__dict__[self.slot] = kept
        value, error = kept
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]
