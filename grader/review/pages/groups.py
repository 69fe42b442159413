"""Empty, equal and near-equal answers to a question, to be marked together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.errors import MarkConflict
from grader.marks.about import about, answers, question
from grader.records.grade import Grade, ScoredCheck
from grader.review import forms, groups, picks
from grader.review.catalogue import Piece
from grader.review.desk import Desk, away
from grader.review.forms import Form
from grader.review.groups import Group
from grader.review.ledger import Place
from grader.review.pages.saving import NOTHING, changed_items, sent
from grader.review.pages.screen import seen

TAKEN = "Somebody has marked one of them meanwhile: nothing was kept. Look again."


@dataclass(frozen=True, slots=True)
class Together:
    """A group with those of it that are open, each with the number of its last word."""

    group: Group[str]
    open: Mapping[str, int]


async def show(request: Request, desk: Desk) -> Response:
    """Every group with what is left of it."""
    desk.board.refresh()
    return _page(request, desk, "")


async def save(request: Request, desk: Desk) -> Response:
    """Give all that were shown as open in a group the same mark, or none of them."""
    form = await forms.read(request)
    desk.board.refresh()
    line, check = _line(request, desk)
    draft = sent(form)
    members = tuple(_members(form, desk))
    items = desk.items(check)
    problem = draft.problem or changed_items(form, items)
    if problem or not draft.picks or not members:
        return _page(request, desk, problem or NOTHING)
    whats = [
        picks.mark(piece.subject, check, draft.picks, items, about(piece.grade, _own(piece.grade, line)))
        for piece, _ in members
    ]
    try:
        desk.board.write(desk.scope.who, whats, [number for _, number in members])
    except MarkConflict:
        return _page(request, desk, TAKEN, 409)
    return away(request.url.path, "kept")


def found(desk: Desk, check: ScoredCheck) -> tuple[Group[str], ...]:
    """The groups of a question among the submissions of this desk; they depend on no mark."""
    pieces = [piece for piece in desk.board.catalogue.pieces.values() if desk.scope.has(piece)]
    depends = ("groups", check.id, tuple(piece.stamp for piece in pieces))
    if depends not in desk.cached:
        desk.cached[depends] = groups.groups({piece.key: _text(piece.grade, check) for piece in pieces})
    value: tuple[Group[str], ...] = desk.cached[depends]
    return value


def _page(request: Request, desk: Desk, problem: str, status: int = 200) -> Response:
    line, check = _line(request, desk)
    queue = desk.queue(line)
    shown = [Together(group, _open(desk, queue.open, line, group.keys)) for group in found(desk, check)]
    status = 422 if problem and status == 200 else status
    values = {
        "queue": queue,
        "groups": shown,
        "items": desk.items(check),
        "offered": picks.version(desk.items(check)),
        "judged": check,
        "problem": problem,
    }
    return desk.page("groups.html", request, status, **values)


def _line(request: Request, desk: Desk) -> tuple[str, ScoredCheck]:
    line = request.path_params["line"]
    check = desk.lines.get(line)
    if check is None or not question(check):
        raise HTTPException(404, "There is no such question.")
    return line, check


def _open(desk: Desk, waiting: Iterable[Place], line: str, keys: Iterable[str]) -> dict[str, int]:
    places = {key: desk.board.catalogue.pieces[key].place(line) for key in keys}
    still = set(waiting)
    return {key: seen(desk, place) for key, place in places.items() if place in still}


def _members(form: Form, desk: Desk) -> Iterable[tuple[Piece, int]]:
    """The submissions that the page showed as open, with what it had seen of each."""
    for word in form.one("members").split():
        key, _, number = word.partition(":")
        if key in desk.board.catalogue.pieces and number.isascii() and number.isdigit():
            yield desk.board.look(key), int(number[:18])


def _own(grade: Grade, line: str) -> ScoredCheck:
    return next(check for check in grade.checks if check.id == line)


def _text(grade: Grade, check: ScoredCheck) -> str:
    return "\n".join(answer.text for answer in answers(grade, check))
