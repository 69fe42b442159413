"""A student for tests of what is tried: it goes on with any slice, and is asked nothing."""

from __future__ import annotations

from typing import Any

from grader.records.submission import Slice
from grader.wall.verbs import Loaded


class Taking:
    """A student that goes on with any slice."""

    loaded = Loaded((), ())

    def __init__(self, tries: int = 1000) -> None:
        self.tries = tries

    def has_time(self, model: str) -> bool:
        """For so many tries."""
        return self.tries > 0

    def ask(self, *_: object, **__: object) -> Any:
        """Not asked."""
        raise NotImplementedError

    def take(self, slice: Slice) -> None:
        """Go on."""
        self.tries -= 1
