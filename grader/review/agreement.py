"""How far two readers of the same answers agree: Krippendorff's alpha, and where they don't. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.marks.entry import Mark, Reading
from grader.review.ledger import Ledger, Place


@dataclass(frozen=True, slots=True)
class Twice:
    """An answer with the points that each reader gave, the one whose mark counts first."""

    place: Place
    points: tuple[tuple[str, float], ...]

    @property
    def apart(self) -> float:
        """How far the readers are apart."""
        given = [points for _, points in self.points]
        return max(given) - min(given)


def read_twice(ledger: Ledger, line: str) -> tuple[Twice, ...]:
    """The answers to a question that more than one has read, the largest difference first."""
    found = []
    for place, entries in ledger.readings.items():
        mark = ledger.mark(place)
        if place.line == line and mark and isinstance(mark.what, Mark) and mark.what.points is not None:
            others = {
                entry.what.reader: entry.what.points
                for entry in entries
                if isinstance(entry.what, Reading) and entry.what.reader != mark.who
            }
            if others:
                found.append(Twice(place, ((mark.who, mark.what.points), *others.items())))
    return tuple(sorted(found, key=lambda one: (-one.apart, one.place)))


def of(answers: Iterable[Twice]) -> float | None:
    """Krippendorff's alpha of these answers, points as an interval scale; None where it says nothing."""
    rows = [dict(answer.points) for answer in answers]
    readers = sorted({reader for row in rows for reader in row})
    return alpha([[row.get(reader) for row in rows] for reader in readers])


def alpha(table: Sequence[Sequence[float | None]]) -> float | None:
    """Alpha of a table with a row a reader and a column an answer; None where all values are the same."""
    values = {value for row in table for value in row if value is not None}
    if len(table) < 2 or len(values) < 2:
        return None
    import krippendorff  # numpy comes with it: only this page waits for it

    data = [[float("nan") if value is None else value for value in row] for row in table]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="interval"))
