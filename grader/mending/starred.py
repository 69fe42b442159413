"""A star that an argument lacks or has too much: widths in a pair that a layer takes one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mending.edits import Mend, told, with_source, with_text
from grader.mending.trouble import Trouble, on_line
from grader.records.submission import Chunk, Slice

LACKING = ("required positional argument", "'tuple' and 'int'", "'list' and 'int'")
EXCESSIVE = "after * must be an iterable"
HOLDS = ast.Name | ast.Subscript | ast.Attribute | ast.Tuple  # what may hold several values
MOST = 4  # arguments that are tried: each costs a run of the submission


def mends(trouble: Trouble, slice: Slice, chunk: Chunk) -> Iterator[Mend]:
    """The changes by which arguments of a call are given one by one, or as one."""
    if trouble.kind != "TypeError":
        return
    calls = [node for node in on_line(trouble, chunk) if isinstance(node, ast.Call)]
    given = [each for call in calls for each in call.args]
    if EXCESSIVE in trouble.message:
        for each in (each for each in given if isinstance(each, ast.Starred)):
            span = each.lineno - 1, each.col_offset, each.value.col_offset
            if each.lineno == each.value.lineno:
                words = f"`{told(each)}` read as `{told(each.value)}`"
                yield Mend(with_source(slice, chunk, with_text(chunk.source, [span], "")), words)
    if any(words in trouble.message for words in LACKING):
        for held in [one for one in given if isinstance(one, HOLDS)][:MOST]:
            span = held.lineno - 1, held.col_offset, held.col_offset
            words = f"`{told(held)}` read as `*{told(held)}`"
            yield Mend(with_source(slice, chunk, with_text(chunk.source, [span], "*")), words, whole=True)
