"""Values as the wall lets them through: lists and strings of bounded length, numbers in their range."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import Meta, Struct

from grader.records.reason import Place

NAMED, NAMELESS = re.compile(r"[\w.]+"), "Nameless"
MAX_CALLERS = 4  # lines above one that are told
Name = Annotated[str, Meta(max_length=500)]  # of a parameter, a type, a method
Word = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]
Printed = Annotated[str, Meta(max_length=70_000)]  # more than the worker's tapes keep
Kind = Annotated[str, Meta(max_length=200, pattern=r"\A[\w.]*\Z")]  # of a type: no sentence
Count = Annotated[int, Meta(ge=0, le=1 << 40)]
Piece = tuple[Count, Count, Count, Count]  # of code: its first line and byte, its last line and byte
Shape = Annotated[tuple[Count, ...], Meta(max_length=64)]  # numpy's greatest rank


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """A frozen value with exactly its fields."""


class Row(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A value that crosses the wall as a list: for what there are thousands of."""


class SourceLine(Row, frozen=True):
    """A line of the submission; lines that called it, nearest first; the line that made what runs there.

    Where an exception passed through it, `piece` is what was being evaluated, if Python tells.
    """

    label: Annotated[str, Meta(max_length=4_096)]
    line: Annotated[int, Meta(ge=0, le=1 << 31)]
    callers: Annotated[tuple[SourceLine, ...], Meta(max_length=MAX_CALLERS)] = ()
    maker: SourceLine | None = None
    piece: Piece | None = None

    @property
    def place(self) -> Place:
        """Return the same for a report."""
        callers = tuple(Place(caller.label, caller.line, piece=caller.piece) for caller in self.callers)
        maker = (
            Place(self.maker.label, self.maker.line, callers=self.maker.place.callers) if self.maker else None
        )
        return Place(self.label, self.line, callers=callers, maker=maker, piece=self.piece)


class Described(Value, frozen=True):
    """What a forward pass returned: type, shape, dtype, whether a gradient can flow."""

    type: Kind
    shape: Shape = ()
    dtype: Word = ""
    requires_grad: bool = False


def place(line: SourceLine | None) -> Place | None:
    """Return where a line is, if there is one."""
    return None if line is None else line.place


def kind_of(value: Any) -> str:
    """Return the name of a value's type; a type may be called anything, as a sentence of ours would be."""
    name = cut(type(value).__name__, 200)
    return name if NAMED.fullmatch(name) else NAMELESS


def cut(value: Any, length: int) -> str:
    """Return text of any origin so that it can cross: so long at most, with no half of a surrogate pair."""
    return str(value)[:length].encode("utf-8", "replace").decode()
