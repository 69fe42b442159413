"""The submissions of a class as a review needs them: lean in memory, whole when one is looked at."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.classroom import roll
from grader.classroom.handed_in import Entry
from grader.classroom.roll import Roll
from grader.marks.exchange import Known
from grader.records import saved
from grader.records.grade import Grade, ScoredCheck
from grader.review.ledger import Place

KEPT = 16  # whole grades at hand, pictures and all


@dataclass(frozen=True, slots=True)
class Piece:
    """One submission: `key` is what pages call it, `grade` the grader's own, `stamp` the report's version."""

    key: str
    entry: Entry
    grade: Grade
    stamp: int
    subject: str  # what marks know it by

    @property
    def called(self) -> str:
        """Whose it is."""
        return ", ".join(person.called for person in self.entry.people) or self.entry.name

    @property
    def sections(self) -> frozenset[str]:
        """The sections of its students."""
        return frozenset(person.section for person in self.entry.people if person.section)

    @property
    def known(self) -> Known:
        """As marks speak of it."""
        return Known(self.entry.name, self.subject, self.grade)

    def place(self, line: str) -> Place:
        """One of its lines."""
        return Place(self.subject, line)


class Catalogue:
    """Every graded submission of a folder of reports; a report that was made anew is read anew."""

    def __init__(self, out: Path, listen: Callable[[int, int], None] = lambda done, of: None) -> None:
        self.out = out
        self.roll: Roll = roll.read(out)
        self.pieces: dict[str, Piece] = {}
        self.lines: dict[str, ScoredCheck] = {}  # of the rubric, as any report has them
        self._whole = OrderedDict[tuple[str, int], Grade]()
        entries = roll.marked(self.roll.entries)
        for done, entry in enumerate(entries, 1):
            if piece := self._read(entry):
                self.pieces[piece.key] = piece
            listen(done, len(entries))
        self.by_subject: Mapping[str, str] = {one.subject: key for key, one in self.pieces.items()}

    def of(self, subject: str) -> Piece | None:
        """The submission that marks call so."""
        return self.pieces.get(self.by_subject.get(subject, ""))

    def refresh(self, key: str) -> bool:
        """Read a report again if it was made anew; whether it was."""
        piece = self.pieces[key]
        if _stamp(self.out / piece.entry.name) in (piece.stamp, 0):
            return False
        self.pieces[key] = self._read(piece.entry) or piece
        return True

    def whole(self, key: str) -> Grade:
        """A submission with its pictures, its code and its cells, as the grader judged it."""
        piece = self.pieces[key]
        at = (key, piece.stamp)
        if at not in self._whole:
            kept = saved.read(self.out / piece.entry.name)
            self._whole[at] = kept.grade if kept else piece.grade
            while len(self._whole) > KEPT:
                self._whole.popitem(last=False)
        self._whole.move_to_end(at)
        return self._whole[at]

    def _read(self, entry: Entry) -> Piece | None:
        folder = self.out / entry.name
        stamp, kept = _stamp(folder), saved.read(folder, without=saved.HEAVY)
        if kept is None:
            return None
        grade = kept.grade
        for check in grade.checks:
            self.lines.setdefault(check.id, check)
        subject = entry.subject or entry.name
        return Piece(_key(subject), entry, grade, stamp, subject)


def _key(subject: str) -> str:
    """A name for addresses that tells nobody whose it is."""
    return hashlib.sha256(subject.encode(errors="surrogatepass")).hexdigest()[:12]


def _stamp(folder: Path) -> int:
    try:
        return (folder / saved.FILE).stat().st_mtime_ns
    except OSError:
        return 0
