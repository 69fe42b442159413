"""The state of a review: the class, the log of marks, and every grade as it counts now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.marks.entry import Entry, What
from grader.marks.merge import merge
from grader.marks.store import Store
from grader.records.grade import Grade, ScoredCheck
from grader.review.catalogue import Catalogue, Piece
from grader.review.ledger import Ledger, Place, ledger
from grader.review.others import unsettled


class Board:
    """Follows the log of marks; only `write` writes, and no file is made before it."""

    def __init__(self, catalogue: Catalogue, marks: Path) -> None:
        self.catalogue = catalogue
        self.marks = marks
        self.ledger = Ledger()
        self.merged: dict[str, Grade] = {}
        self.checks: dict[str, dict[str, ScoredCheck]] = {}  # of each grade, its lines by id
        self.unsettled: dict[str, tuple[str, ...]] = {}  # those without a verdict, or with a mark
        self.state = 0  # another number whenever anything here is another
        for piece in catalogue.pieces.values():
            self._merge(piece)
        self._store: Store | None = None
        self.refresh()

    def refresh(self) -> Ledger:
        """Read what others have written since; merge anew what it is about."""
        store = self._opened(make=False)
        if store is None or not (news := store.entries(self.ledger.version)):
            return self.ledger
        self.state += 1
        before, self.ledger = self.ledger, ledger((*self.ledger.entries, *news))
        for piece in self.catalogue.pieces.values():
            if _said(before, piece) != _said(self.ledger, piece):
                self._merge(piece)
        return self.ledger

    def look(self, key: str) -> Piece:
        """A submission as it lies there now, graded again or not."""
        if self.catalogue.refresh(key):
            self._merge(self.catalogue.pieces[key])
        return self.catalogue.pieces[key]

    def check(self, place: Place) -> ScoredCheck | None:
        """A line as it counts now."""
        piece = self.catalogue.of(place.subject)
        return self.checks[piece.key].get(place.line) if piece else None

    def write(self, who: str, whats: Sequence[What], seen: Sequence[int] | None = None) -> tuple[Entry, ...]:
        """Add to the log, all or nothing; raises MarkConflict where somebody else was faster."""
        store = self._opened(make=True)
        assert store is not None
        try:
            return store.append_all(who, whats, seen)
        finally:
            self.refresh()

    def close(self) -> None:
        """Let go of the log."""
        if self._store is not None:
            self._store.close()

    def _merge(self, piece: Piece) -> None:
        self.state += 1
        self.merged[piece.key] = merge(piece.grade, self.ledger.standing, piece.subject)
        checks = self.merged[piece.key].checks
        self.checks[piece.key] = {check.id: check for check in checks}
        self.unsettled[piece.key] = unsettled(checks)

    def _opened(self, make: bool) -> Store | None:
        if self._store is None and (make or self.marks.exists()):
            self._store = Store.open(self.marks)
        return self._store


def _said(ledger: Ledger, piece: Piece) -> object:
    standing = ledger.standing
    return standing.of(piece.subject), standing.decisions, standing.replies.get(piece.subject)
