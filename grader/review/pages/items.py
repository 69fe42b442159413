"""The items of a line: what the digits pick. A change moves everybody who has it, shown first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.errors import MarkConflict
from grader.marks.entry import Item, Mark
from grader.marks.standing import last
from grader.records.grade import ScoredCheck
from grader.review import forms, picks
from grader.review.desk import Desk, away
from grader.review.forms import Form
from grader.review.picks import SLOTS

TAKEN = "Somebody has changed these items or marked meanwhile: nothing was kept. Look again."
WORDS, NOTE = 300, 300  # characters


class _Wrong(Exception):
    """An item that can't be."""


async def show(request: Request, desk: Desk) -> Response:
    """Nine rows, one for each digit."""
    desk.board.refresh()
    check = _check(request, desk)
    return _page(request, desk, check, desk.items(check))


async def save(request: Request, desk: Desk) -> Response:
    """Show whom a change moves or, once that was seen, keep it."""
    form = await forms.read(request)
    desk.board.refresh()
    check = _check(request, desk)
    before = desk.items(check)
    try:
        after = tuple(_rows(form, before, check, desk.ledger.version))
    except _Wrong as wrong:
        return _page(request, desk, check, before, str(wrong), status=422)
    moved = picks.moved(_marks(desk, check), check, before, after)
    if form.one("do") != "save":
        return _page(request, desk, check, after, moved=moved, before=before)
    if form.whole("version") != desk.ledger.version:
        return _page(request, desk, check, after, TAKEN, moved=moved, before=before, status=409)
    whats: tuple[Item | Mark, ...] = (*_changed(desk, check, before, after), *moved)
    try:
        desk.board.write(desk.scope.who, whats, [last(desk.ledger.entries, what.target) for what in whats])
    except MarkConflict:
        return _page(request, desk, check, after, TAKEN, status=409)
    return away(back(form.one("back")), "kept")


def back(address: str) -> str:
    """Where a form came from, if that is a page of ours."""
    return address if address.startswith("/queue/") and "\\" not in address and "\n" not in address else "/"


def _page(
    request: Request,
    desk: Desk,
    check: ScoredCheck,
    items: Sequence[Item],
    problem: str = "",
    moved: Sequence[Mark] | None = None,
    before: Sequence[Item] = (),
    status: int = 200,
) -> Response:
    rows = {item.slot: item for item in items}
    old = {mark.submission: mark for mark in _marks(desk, check)}
    moves = None if moved is None else [(_name(desk, mark), old[mark.submission], mark) for mark in moved]
    return desk.page(
        "items.html",
        request,
        status,
        judged=check,
        rows=[(slot, rows.get(slot)) for slot in SLOTS],
        problem=problem,
        moves=moves,
        version=desk.ledger.version,
        back=back(request.query_params.get("back", "")),
    )


def _check(request: Request, desk: Desk) -> ScoredCheck:
    check = desk.lines.get(request.path_params["line"])
    if check is None:
        raise HTTPException(404, "There is no such line.")
    return check


def _rows(form: Form, before: Sequence[Item], check: ScoredCheck, version: int) -> Iterator[Item]:
    """The items as they were sent; one that had no words before is a new one."""
    ids = {item.slot: item.id for item in before}
    for slot in SLOTS:
        words = " ".join(form.one(f"words{slot}").split())[:WORDS]
        points = picks.number(form.one(f"points{slot}"))
        if not words and form.one(f"points{slot}").strip() and slot not in ids:
            raise _Wrong(f"Item {slot} has points and no words.")
        if words and points is None:
            raise _Wrong(f"The points of item {slot} are no number.")
        if words:
            note = " ".join(form.one(f"note{slot}").split())[:NOTE]
            yield Item(check.id, ids.get(slot, f"{slot}.{version + 1}"), slot, points or 0.0, words, note)


def _changed(desk: Desk, check: ScoredCheck, before: Sequence[Item], after: Sequence[Item]) -> Iterator[Item]:
    """What is to be written: all where nobody has written any before, with those that are gone."""
    written = set(desk.ledger.items.get(check.id, ()))
    yield from (item for item in after if item not in written)
    left = {item.slot for item in after}
    yield from (
        Item(check.id, item.id, item.slot) for item in before if item.slot not in left and item in written
    )


def _marks(desk: Desk, check: ScoredCheck) -> tuple[Mark, ...]:
    every = (marks.get(check.id) for marks in desk.ledger.standing.marks.values())
    return tuple(entry.what for entry in every if entry and isinstance(entry.what, Mark))


def _name(desk: Desk, mark: Mark) -> str:
    piece = desk.board.catalogue.of(mark.submission)
    return desk.name(piece) if piece else "A submission that is not here"
