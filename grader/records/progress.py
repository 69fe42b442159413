"""A step of the work, for people who wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

REMARK = "remark"  # a stage whose detail is to be read later, too


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of the work, for people who wait: `done` of `total` within `stage` (`total` 0: unknown)."""

    stage: str
    detail: str = ""
    done: int = 0
    total: int = 0


Listener = Callable[[Progress], None]  # told of each step
