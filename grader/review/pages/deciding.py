"""A decision for everybody with a cause: whom it moves is shown before it is made."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.errors import MarkConflict
from grader.marks.about import causes_of
from grader.marks.entry import Decision
from grader.marks.preview import Preview, preview
from grader.marks.standing import last
from grader.review import forms, picks
from grader.review.desk import Desk, away
from grader.review.forms import Form
from grader.review.pages.items import back

LONGEST = 1000
TAKEN = "Somebody has decided on this cause meanwhile. Look again at whom yours moves."


@dataclass(frozen=True, slots=True)
class _Wished:
    decision: Decision
    typed: str
    problem: str


async def save(request: Request, desk: Desk) -> Response:
    """Show whom a decision moves or, once that was seen, make it."""
    form = await forms.read(request)
    desk.board.refresh()
    wished = _wished(form, desk)
    seen = last(desk.ledger.entries, wished.decision.target)
    if wished.problem or form.one("do") != "decide":
        return _page(request, desk, form, wished, wished.problem, seen)
    if form.whole("seen") != seen:
        return _page(request, desk, form, wished, TAKEN, seen, 409)
    try:
        desk.board.write(desk.scope.who, [wished.decision], [seen])
    except MarkConflict:
        seen = last(desk.ledger.entries, wished.decision.target)
        return _page(request, desk, form, wished, TAKEN, seen, 409)
    return away(back(form.one("back")), "decided")


def _wished(form: Form, desk: Desk) -> _Wished:
    cause, line, typed = form.one("cause"), form.one("line"), form.one("points").strip()
    lines = [
        check for piece in desk.board.catalogue.pieces.values() for check in piece.grade.checks
        if cause in causes_of(check)
    ]  # fmt: skip
    if not lines or (line and line not in {check.id for check in lines}):
        raise HTTPException(404, "Nobody has this cause.")
    points, comment = picks.number(typed) if typed else None, form.one("comment").strip()[:LONGEST]
    most = max(check.max_score for check in lines if line in ("", check.id))
    problem = "" if comment else "Say in a comment why, for the students."
    if typed and (points is None or not 0 <= points <= most):
        problem = f"The points go from 0 to {most:g}."
    return _Wished(Decision(cause, line, points, comment), typed, problem)


def _page(
    request: Request, desk: Desk, form: Form, wished: _Wished, problem: str, seen: int, status: int = 200
) -> Response:
    pieces = desk.board.catalogue.pieces.values()
    moves = Preview(()) if wished.problem else _preview(desk, wished.decision)
    names = {piece.entry.name: desk.name(piece) for piece in pieces}
    return desk.page(
        "decide.html",
        request,
        422 if wished.problem else status,
        wished=wished,
        problem=problem,
        moves=[(names[name], change) for name, change in moves.changes],
        sentence=str(moves),
        seen=seen,
        back=back(form.one("back")),
    )


def _preview(desk: Desk, decision: Decision) -> Preview:
    known = [piece.known for piece in desk.board.catalogue.pieces.values()]
    return preview(decision, known, desk.ledger.standing)
