"""What people say, as it is kept: marks, decisions, and what takes one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person says of one line of one submission: points, a comment, or both.

    The last mark of a line stands for all of it. `points` None leaves the grader's verdict as it is.
    `about` is the fingerprint of what the person saw (see `grader.marks.about`): where the line says
    something else now, the mark is out of date. "" binds it to nothing.
    """

    submission: str
    line: str
    points: float | None
    comment: str = ""
    about: str = ""

    @property
    def target(self) -> str:
        """What it is about; whoever marks the same must have seen the last word on it."""
        return f"mark {self.submission}\n{self.line}"


@dataclass(frozen=True, slots=True)
class Decision:
    """A mark for every submission with a cause; `line` "": on each line that has it; `points` None: all."""

    cause: str
    line: str = ""
    points: float | None = None
    comment: str = ""

    @property
    def target(self) -> str:
        """What it is about."""
        return f"decision {self.cause}\n{self.line}"


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes the entry of this number back; an undo that is taken back itself brings it again."""

    number: int
    target: str


What = Mark | Decision | Undo
KINDS: dict[str, type[Mark] | type[Decision] | type[Undo]] = {
    "mark": Mark,
    "decision": Decision,
    "undo": Undo,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Who said what when; `number` counts from 1 in the order of writing."""

    number: int
    at: datetime
    who: str
    what: What
