"""What a decision would do, before it is made: whose points change, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.marks.entry import Decision, Entry
from grader.marks.exchange import Known
from grader.marks.merge import merge
from grader.marks.standing import Standing
from grader.plurals import plural


@dataclass(frozen=True, slots=True)
class Preview:
    """Submissions whose score a decision changes, each with the points it wins (or loses, below 0)."""

    changes: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        points = sorted({change for _, change in self.changes})
        each = " or ".join(f"{change:+g}" for change in points)
        count = plural(len(self.changes), "submission", "submissions")
        return f"{count}, {each} each" if self.changes else "nobody's points change"


def preview(decision: Decision, known: Iterable[Known], standing: Standing) -> Preview:
    """Whose score would change if this were decided now."""
    last = max((entry.number for entry in standing.decisions), default=0)
    entry = Entry(last + 1, datetime.now(UTC), "", decision)
    decided = Standing(standing.marks, (*standing.decisions, entry))
    found = [
        (
            one.name,
            round(
                merge(one.grade, decided, one.subject).score - merge(one.grade, standing, one.subject).score,
                2,
            ),
        )
        for one in known
    ]
    return Preview(tuple((name, change) for name, change in found if change))
