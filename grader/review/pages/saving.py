"""What a screen sends: a mark, a second reading, a flag, a name asked for; and undo."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from grader.errors import MarkConflict
from grader.marks import exchange
from grader.marks.about import about
from grader.marks.entry import Flag, Item, Mark, Reading, Reveal, Undo
from grader.marks.standing import last
from grader.records.grade import ScoredCheck
from grader.review import forms, picks, queues
from grader.review.catalogue import Piece
from grader.review.desk import Desk, away
from grader.review.forms import Form
from grader.review.ledger import place_of
from grader.review.pages.screen import Draft, render, repeated
from grader.review.picks import Picks
from grader.scoring import by_a_person

CHANGED = "It was graded again meanwhile: this is not what you saw. Look again, then save."
ITEMS = "Somebody has changed the items meanwhile. Look again at what you pick, then save."
NOTHING = "Pick an item, or type an adjustment or a comment."


async def save(request: Request, desk: Desk) -> Response:
    """Keep what was sent and lead on; where it can't stand, show it again with the reason."""
    form = await forms.read(request)
    desk.board.refresh()
    piece, check = desk.at(request)
    given = sent(form)
    match form.one("do"):
        case "flag":
            raised = piece.place(check.id) not in desk.ledger.flags
            desk.board.write(desk.scope.who, [Flag(piece.subject, check.id, raised)])
            return render(request, desk, given)
        case "reveal":
            desk.board.write(desk.scope.who, [Reveal(piece.subject)])
            return render(request, desk, given)
        case "repeat":
            before = repeated(desk, check.id)
            return _save(request, desk, piece, check, Draft(before) if before else given, form)
        case _:
            return _save(request, desk, piece, check, given, form)


def sent(form: Form) -> Draft:
    """What a form holds of a mark."""
    typed = form.one("adjustment").strip()
    number = picks.number(typed) if typed else None
    problem = f"{typed!r} is no number." if typed and number is None else ""
    given = Picks(form.all("item"), number, form.one("own")[: picks.LONGEST])
    return Draft(given, problem, adjustment=typed)


def _save(
    request: Request, desk: Desk, piece: Piece, check: ScoredCheck, sent: Draft, form: Form
) -> Response:
    queue = desk.queue(request.path_params["queue"])
    place = piece.place(check.id)
    said = picks.mark(piece.subject, check, sent.picks, desk.items(check), about(piece.grade, check))
    second = form.one("second") == "yes" and queues.is_second(
        place, desk.ledger, desk.class_, desk.scope, queue.id
    )  # who saw the page as a first reading is told of a conflict, not taken for a second reader
    problem = CHANGED if form.one("about") not in ("", said.about) else ""
    if problem := (
        problem or changed_items(form, desk.items(check)) or sent.problem or _problem(check, said, second)
    ):
        return render(request, desk, Draft(sent.picks, problem, adjustment=sent.adjustment))
    try:
        what = _reading(said, desk.scope.who) if second else said
        desk.board.write(desk.scope.who, [what], [max(0, form.whole("seen"))] if not second else None)
    except MarkConflict as conflict:
        return render(request, desk, _conflict(desk, sent, conflict.number))
    return away(desk.address(queue.id, desk.queue(queue.id).next(place)))


def changed_items(form: Form, items: Iterable[Item]) -> str:
    """Why picks can't stand: somebody has changed what they stood for; "" where nobody has."""
    return "" if form.one("offered") in ("", picks.version(items)) else ITEMS


def _problem(check: ScoredCheck, said: Mark, second: bool) -> str:
    """Why a mark can't stand; items' words are no reason for other points than the grader gives."""
    if said.points is None and (second or not said.comment):
        return NOTHING
    reason = said.comment if by_a_person(check.part) else said.own
    return exchange.problem(check, said.points, reason or said.comment * (said.points is None))


def _reading(said: Mark, who: str) -> Reading:
    assert said.points is not None
    return Reading(said.submission, said.line, who, said.points, said.comment, said.about)


def _conflict(desk: Desk, sent: Draft, number: int) -> Draft:
    """What was sent, beside what somebody else has written meanwhile."""
    entry = next(entry for entry in desk.ledger.entries if entry.number == number)
    other = entry.what if isinstance(entry.what, Mark) else Mark("", "", None, "has taken a mark back")
    return Draft(sent.picks, "", number, sent.adjustment, other, entry.who)


async def undo(request: Request, desk: Desk) -> Response:
    """Take my last step back, all of it, and lead to where it was made."""
    await forms.read(request)
    desk.board.refresh()
    step = desk.last()
    if not step:
        return away("/", "nothing")
    ledger = desk.ledger
    for entry in step:
        after = [one for one in ledger.about(entry.what.target) if one.number > entry.number]
        if any(one.number not in ledger.gone and not isinstance(one.what, Undo) for one in after):
            return away("/", "written")
    whats = [Undo(entry.number, entry.what.target) for entry in step]
    try:
        desk.board.write(desk.scope.who, whats, [last(ledger.entries, what.target) for what in whats])
    except MarkConflict:
        return away("/", "written")
    place = place_of(step[-1].what)
    in_question = place is not None and place.line in desk.by_people() and len(step) == 1
    return away(desk.address(place.line, place) if place and in_question else "/", "undone")
