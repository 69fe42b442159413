"""Students' requests to look again, as a table tells them: who, which line, why. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from grader import tables
from grader.classroom.people import squash
from grader.errors import CallError
from grader.marks.entry import Request
from grader.records.grade import Grade
from grader.review.catalogue import Piece
from grader.review.ledger import Ledger, Place

COLUMNS = ("who", "line", "words")
ALIASES = {
    "submission": "who", "student": "who", "name": "who", "email": "who", "id": "who", "sid": "who",
    "check": "line", "question": "line", "reason": "words", "request": "words", "why": "words",
}  # fmt: skip
HEADER = "submission, line, words"
LONGEST = 4000
MOST = 2000  # requests of one table


def read(
    text: str, pieces: Sequence[Piece], merged: Mapping[str, Grade], ledger: Ledger
) -> tuple[Request, ...]:
    """The requests of a table that are new; raises CallError with every fault and its line."""
    header, *rows = tables.rows(text.replace("\x00", ""), "The table") or [tables.Line(1, ())]
    columns = [_column(cell) for cell in header.cells]
    if not set(COLUMNS) <= set(columns):
        raise CallError(f"The first line names the columns: {HEADER}.")
    if len(rows) > MOST:
        raise CallError(f"The table has more than {MOST} requests.")
    known, faults, found = _known(pieces), list[str](), list[Request]()
    for row in rows:
        cells = dict(zip(columns, (cell.strip() for cell in row.cells), strict=False))
        try:
            found.append(_request(cells, known, merged))
        except CallError as error:
            faults.append(f"line {row.number}: {error}")
    if faults:
        raise CallError("\n".join(faults))
    return tuple(_new(found, ledger))


def _request(
    cells: Mapping[str, str], known: Mapping[str, Sequence[Piece]], merged: Mapping[str, Grade]
) -> Request:
    who, line, words = (cells.get(name, "") for name in COLUMNS)
    pieces = known.get(squash(who), ())
    if len(pieces) != 1:
        raise CallError(f"{len(pieces) or 'no'} submissions are of {who!r}: give the name of its folder.")
    grade = merged[pieces[0].key]
    check = next((check for check in grade.checks if check.id == line), None)
    if check is None:
        close = get_close_matches(line, [check.id for check in grade.checks], n=1)
        raise CallError(f"{line!r} is no line{f', {close[0]} is' if close else ''}.")
    if not words:
        raise CallError("why is not said.")
    return Request(pieces[0].subject, line, words[:LONGEST], check.score)


def _known(pieces: Iterable[Piece]) -> Mapping[str, Sequence[Piece]]:
    """Submissions by every name that a person may give them."""
    found = defaultdict[str, list[Piece]](list)
    for piece in pieces:
        names = {piece.entry.name}
        for one in piece.entry.people:
            names |= {one.name, one.email, one.login, one.sis_id, one.canvas_id}
        for name in {squash(name) for name in names} - {""}:
            found[name].append(piece)
    return found


def _new(found: Iterable[Request], ledger: Ledger) -> Iterator[Request]:
    """Not what was asked before in the same words."""
    asked = ((place, thread.request.what) for place, thread in ledger.threads.items())
    said = {(place, what.words) for place, what in asked if isinstance(what, Request)}
    for one in found:
        key = (Place(one.submission, one.line), one.words)
        if key not in said:
            said.add(key)
            yield one


def _column(cell: str) -> str:
    name = " ".join(cell.casefold().replace("\ufeff", "").split())
    return ALIASES.get(name, name)
