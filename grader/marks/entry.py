"""What people say, as it is kept: marks, decisions, what takes one back, and what reviewing adds to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person says of one line of one submission: points, a comment, or both.

    The last mark of a line stands for all of it. `points` None leaves the grader's verdict as it is.
    `about` is the fingerprint of what the person saw (see `grader.marks.about`): where the line says
    something else now, the mark is out of date. "" binds it to nothing. `items`, `adjustment` and `own` tell
    how points and comment were put together (see `Item`); two marks that say the same are equal without them.
    """

    submission: str
    line: str
    points: float | None
    comment: str = ""
    about: str = ""
    items: tuple[str, ...] = field(default=(), compare=False)
    adjustment: float | None = field(default=None, compare=False)
    own: str = field(default="", compare=False)

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


@dataclass(frozen=True, slots=True)
class Item:
    """A reusable piece of a mark: points and words for one line of the rubric, picked by the digit `slot`.

    `words` "" means that it is there no more. `note` is for graders only.
    """

    line: str
    id: str
    slot: int
    points: float = 0.0
    words: str = ""
    note: str = ""

    @property
    def target(self) -> str:
        """What it is about."""
        return f"item {self.line}\n{self.slot}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a second reader would give; it counts for agreement, and for no grade."""

    submission: str
    line: str
    reader: str
    points: float
    comment: str = ""
    about: str = ""

    @property
    def target(self) -> str:
        """What it is about: each reader has a word of their own."""
        return f"reading {self.submission}\n{self.line}\n{self.reader}"


@dataclass(frozen=True, slots=True)
class Flag:
    """Somebody should look at this line again; `raised` False: somebody has."""

    submission: str
    line: str
    raised: bool = True

    @property
    def target(self) -> str:
        """What it is about."""
        return f"flag {self.submission}\n{self.line}"


@dataclass(frozen=True, slots=True)
class Reveal:
    """Somebody wanted to know whose submission this is."""

    submission: str

    @property
    def target(self) -> str:
        """What it is about."""
        return f"reveal {self.submission}"


@dataclass(frozen=True, slots=True)
class Request:
    """A student asks for a line to be looked at again; `points` is what it had then."""

    submission: str
    line: str
    words: str
    points: float

    @property
    def target(self) -> str:
        """What it is about."""
        return f"request {self.submission}\n{self.line}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a student's request, and what the line had before and has now."""

    submission: str
    line: str
    asked: str
    words: str
    before: float
    after: float

    @property
    def target(self) -> str:
        """The same as the request's: whoever answers has seen its last word."""
        return f"request {self.submission}\n{self.line}"


What = Mark | Decision | Undo | Item | Reading | Flag | Reveal | Request | Reply
KINDS: dict[str, type[What]] = {kind.__name__.lower(): kind for kind in What.__args__}


@dataclass(frozen=True, slots=True)
class Entry:
    """Who said what when; `number` counts from 1 in the order of writing."""

    number: int
    at: datetime
    who: str
    what: What
