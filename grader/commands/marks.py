"""`marks`: people's marks out to a file that can be edited, and in again."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path

from grader.classroom import roll
from grader.commands.codes import GRADED
from grader.commands.screen import Screen
from grader.commands.who import who
from grader.errors import CallError
from grader.marks import exchange, store
from grader.marks.about import causes_of, fits
from grader.marks.entry import Decision, Entry, Mark
from grader.marks.exchange import Known, Said
from grader.marks.export import lines, to_csv, to_toml
from grader.marks.preview import preview
from grader.marks.store import Store
from grader.plurals import plural
from grader.records.grade import ScoredCheck

WRITERS = {".csv": to_csv, ".toml": to_toml}


def export_marks(screen: Screen, out: Path, file: Path, marks: Path | None) -> int:
    """Write what stands, and what waits for a mark, to a file."""
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        raise CallError(f"{file}: marks are exchanged as .toml or .csv.")
    known, standing = roll.known(roll.read(out), out), store.read(store.named(marks, out))
    file.write_text(write(known, standing), encoding="utf-8", newline="")
    count = sum(len(standing.of(one.subject)) for one in known) + len(standing.decisions)
    waiting = sum(not _stands(entry, one, check) for one, check, entry in lines(known, standing))
    screen.tell(
        f"{plural(count, 'mark was', 'marks were')} written to {file};"
        f" {plural(waiting, 'line waits', 'lines wait')} for one, or for it to be renewed."
    )
    return GRADED


def import_marks(screen: Screen, out: Path, file: Path, marks: Path | None) -> int:
    """Read marks from a file into the store: all that are new, or none where one can't be right."""
    path = marks or store.beside(out)
    known = roll.known(roll.read(out), out)
    said = exchange.read(file, known)
    with Store.open(path) as kept:
        standing = kept.current()
        new = exchange.news(said, standing)
        for what in [one.what for one in new if isinstance(one.what, Decision)]:
            screen.tell(f"{what.cause}: {preview(what, known, standing)}.{_unknown(what.cause, known)}")
        for by, own in groupby(new, _who):
            kept.append_all(by, [one.what for one in own])
    screen.tell(
        f"{len(new)} of {plural(len(said), 'mark', 'marks')} {'is' if len(new) == 1 else 'are'} new,"
        f" and kept in {path}. Run the class again to see them."
    )
    return GRADED


def _stands(entry: Entry | None, one: Known, check: ScoredCheck) -> bool:
    return entry is not None and isinstance(entry.what, Mark) and fits(entry.what, one.grade, check)


def _unknown(cause: str, known: Sequence[Known]) -> str:
    """What to say of a cause that no submission has: it may be misspelt."""
    there = {key for one in known for check in one.grade.checks for key in causes_of(check)}
    if cause in there:
        return ""
    close = get_close_matches(cause, sorted(there), n=1, cutoff=0.4)
    return " No submission was found to have this cause" + (f"; one has {close[0]}." if close else ".")


def _who(said: Said) -> str:
    return said.by or who()
