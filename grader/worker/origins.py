"""Which line of the submission an operation comes from: that of the forward pass, or that made the module."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from msgspec import to_builtins
from msgspec.structs import replace
from torch import nn

from grader.wall.values import MAX_CALLERS, SourceLine
from grader.worker.places import is_of_submission, spot

SEQUENCE = nn.Sequential.forward.__code__


class Mark(NamedTuple):
    """A line of the forward pass, the module of the library that computes there, and the very call."""

    line: SourceLine | None
    module: int = 0
    call: tuple[int, int] = (0, 0)
    in_a_sequence: bool = False


class Origins:
    """Tells of operations where they come from, knowing which line made each of the library's modules."""

    def __init__(self, made: Mapping[int, SourceLine]) -> None:
        self.made = made
        self.modules: dict[tuple[int, int], set[int]] = {}  # what the same call of a loop ran

    def mark(self) -> Mark:
        """Note where the caller's operation comes from."""
        module, in_a_sequence = 0, False
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not is_of_submission(frame.f_code):
            if not module and "self" in frame.f_code.co_varnames[:1]:
                found = id(frame.f_locals.get("self"))
                module = found if found in self.made else 0
            in_a_sequence |= frame.f_code is SEQUENCE
            frame = frame.f_back
        if frame is None:
            return Mark(None)
        call = id(frame.f_code), frame.f_lasti
        self.modules.setdefault(call, set()).add(module)
        return Mark(spot(), module, call, in_a_sequence)

    def row(self, mark: Mark) -> list[Any] | None:
        """Tell the line of a mark as the wire carries it, once all are there."""
        line: list[Any] | None = to_builtins(self.line(mark))
        return line

    def line(self, mark: Mark) -> SourceLine | None:
        """Tell the line of a mark: what a loop or a sequence runs has the line that made it.

        The last of those that called it is then the one which runs it.
        """
        maker = self.made.get(mark.module)
        if maker and (mark.in_a_sequence or len(self.modules[mark.call]) > 1):
            running = (replace(mark.line, callers=()),) if mark.line else ()
            return replace(maker, callers=(*maker.callers[: MAX_CALLERS - 1], *running))
        return replace(mark.line, maker=maker) if mark.line else None


@contextmanager
def noting_makers() -> Iterator[dict[int, SourceLine]]:
    """Note, while this lasts, which line makes each module, by its id."""
    made: dict[int, SourceLine] = {}
    build = nn.Module.__init__

    def noted(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        line = spot()
        if line is not None:
            made[id(self)] = line
        build(self, *args, **kwargs)

    nn.Module.__init__ = noted  # type: ignore[method-assign]  # put back below
    try:
        yield made
    finally:
        nn.Module.__init__ = build  # type: ignore[method-assign]  # idem
