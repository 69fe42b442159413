"""Functions that read what the notebook computed in the place of what they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from grader.assignment import MAP, PREDICT
from grader.diagnosis import cam as diagnosis
from grader.evidence.otherwise import AskMaps, Explained, is_the_same_again
from grader.evidence.questions import PANEL
from grader.mending.unread import Read, as_given, leaves_unread
from grader.records.submission import Slice

MOST = 4  # names that are tried
WRITTEN = ("{}", "{}.softmax(-1)")  # logits, or what the notebook made of them
CAUSE = "sum.otherwise"


def of_other_features(ask: AskMaps, slice: Slice) -> Explained | None:
    """Return the steps of maps of the features that are given, where others are read."""
    for read in islice(as_given(slice, MAP), MOST) if leaves_unread(slice, MAP) else ():
        maps = ask(read.modules, PANEL)
        found = diagnosis.search(maps) if len(maps) == len(PANEL) else None
        if found is not None and is_the_same_again(ask, slice):
            words = f"`{read.name}` read as `{read.argument}`"
            return Explained(found, words, read.place, CAUSE)
    return None


def of_other_logits(slice: Slice, follows: Callable[[Read], tuple[bool, bool]]) -> Read | None:
    """Return the name that stands for the logits: with these in its place all is right, else the index is."""
    tried = [(read, follows(read)) for read in _ways(slice)]
    first = [read for read, (_, number) in tried if number] or [read for read, (index, _) in tried if index]
    return first[0] if first else None


def _ways(slice: Slice) -> Iterator[Read]:
    for written in WRITTEN:
        yield from islice(as_given(slice, PREDICT, written), MOST)
