"""Which entries still count: pure, from the whole log to the marks and decisions that stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.marks.entry import Decision, Entry, Mark, Reply, Undo

NOTHING: Mapping[str, Entry] = {}


@dataclass(frozen=True, slots=True)
class Standing:
    """The marks that stand, by submission and line, the decisions, and the replies to students by submission.

    Decisions and replies stand in the order they were made.
    """

    marks: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    decisions: tuple[Entry, ...] = ()
    replies: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)

    def fingerprint(self, submission: str) -> str:
        """Another value wherever a report of this submission may look different."""
        entries = (*self.of(submission).values(), *self.decisions, *self.replies.get(submission, ()))
        return hashlib.sha256(repr(entries).encode(errors="surrogatepass")).hexdigest()

    def of(self, submission: str) -> Mapping[str, Entry]:
        """Line -> the entry that stands, for one submission."""
        return self.marks.get(submission, NOTHING)


def standing(entries: Sequence[Entry]) -> Standing:
    """What stands of a log, given in its order."""
    marks: dict[str, dict[str, Entry]] = {}
    decisions: dict[str, Entry] = {}
    replies: dict[str, tuple[Entry, ...]] = {}
    for entry in live(entries):
        match entry.what:
            case Mark(submission=submission, line=line):
                marks.setdefault(submission, {})[line] = entry
            case Decision():
                decisions[entry.what.target] = entry
            case Reply(submission=submission):
                replies[submission] = (*replies.get(submission, ()), entry)
    ordered = tuple(sorted(decisions.values(), key=lambda entry: entry.number))
    return Standing(marks, ordered, replies)


def live(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that nobody took back; an undo that was taken back takes nothing."""
    gone: set[int] = set()
    for entry in reversed(entries):
        if isinstance(entry.what, Undo) and entry.number not in gone:
            gone.add(entry.what.number)
    return tuple(entry for entry in entries if entry.number not in gone)


def last(entries: Iterable[Entry], target: str) -> int:
    """Number of the last entry about `target`, 0 for none: what `Store.append` calls `seen`."""
    return max((entry.number for entry in entries if entry.what.target == target), default=0)
