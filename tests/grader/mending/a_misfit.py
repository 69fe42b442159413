"""What does not fit in a network, and the change that is proposed first."""

from __future__ import annotations

from grader.mending.fitting import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def first(code: str, message: str) -> tuple[list[str], tuple[str, ...], Place | None]:
    """The lines after the likeliest change of the last one, what tells the same, where it was made."""
    chunk = Chunk("cell 1", 1, code)
    trouble = Trouble("RuntimeError", message, Place("cell 1", code.count("\n") + 1))
    mend = next(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
    return mend.slice.modules[0].chunks[0].source.split("\n"), mend.shown, mend.made
