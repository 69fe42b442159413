"""Where one grader works: the board, whose turn it is, and what addresses stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from grader.marks.entry import Entry, Item, Reveal, Undo
from grader.marks.entry import Request as Asked
from grader.records.grade import ScoredCheck
from grader.review import looks, picks, queues
from grader.review.board import Board
from grader.review.catalogue import Piece
from grader.review.ledger import Ledger, Place
from grader.review.others import OTHERS
from grader.review.scope import Class, Queue, Scope
from grader.scoring import by_a_person

Release = Callable[[Path, str, bool, str], tuple[int, str]]  # folder, for whom, partial, title -> code, words


@dataclass(slots=True)
class Desk:
    """All that a page needs."""

    board: Board
    scope: Scope
    title: str
    release: Release = lambda to, kind, partial, title: (1, "Nothing here releases.")
    cached: dict[object, Any] = field(default_factory=dict)  # what is dear to compute, by what it depends on
    orders: dict[str, Any] = field(default_factory=dict)  # see `Class`
    began: int = field(init=False)  # the last entry before this review: undo stays behind it

    def __post_init__(self) -> None:
        """Remember where the log was."""
        self.began = self.ledger.version

    @property
    def ledger(self) -> Ledger:
        """What was said so far."""
        return self.board.ledger

    @property
    def class_(self) -> Class:
        """What queues are made from."""
        board = self.board
        pieces = tuple(board.catalogue.pieces.values())
        return Class(pieces, board.checks, board.unsettled, self.ledger, self.orders)

    def queue(self, name: str) -> Queue:
        """A queue by its id; 404 for a name that is none."""
        if name not in OTHERS and name not in self.lines:
            raise HTTPException(404, "There is no such queue.")
        at = ("queue", name)
        state, made = self.cached.get(at, (None, None))
        if state != self.board.state:
            made = queues.queue(name, self.class_, self.scope)
            self.cached[at] = (self.board.state, made)
        found: Queue = made
        return found

    @property
    def lines(self) -> dict[str, ScoredCheck]:
        """The lines of the rubric that reports have, by id."""
        return self.board.catalogue.lines

    def by_people(self) -> dict[str, ScoredCheck]:
        """Those of them that people judge, each with a queue of its own."""
        return {id: check for id, check in self.lines.items() if by_a_person(check.part)}

    def at(self, request: Request) -> tuple[Piece, ScoredCheck]:
        """The submission and its line, as the grader judged it, that an address stands for; 404 for none."""
        key, line = request.path_params["key"], request.path_params["line"]
        if key not in self.board.catalogue.pieces:
            raise HTTPException(404, "There is no such submission.")
        piece = self.board.look(key)
        check = next((check for check in piece.grade.checks if check.id == line), None)
        if check is None:
            raise HTTPException(404, "There is no such line.")
        return piece, check

    def items(self, check: ScoredCheck) -> tuple[Item, ...]:
        """What can be picked for a line."""
        return picks.offered(check, self.ledger.items.get(check.id, ()))

    def address(self, queue: str, place: Place | None) -> str:
        """The address of a place in a queue, or of the queue's end."""
        if place is None:
            return f"/queue/{quote(queue)}"
        key = self.board.catalogue.by_subject[place.subject]
        return f"/queue/{quote(queue)}/{key}/{quote(place.line)}"

    def name(self, piece: Piece) -> str:
        """Whose it is, once somebody has asked; a number before."""
        return piece.called if piece.subject in self.ledger.revealed else f"Submission {piece.key[:4]}"

    def last(self) -> tuple[Entry, ...]:
        """My last step in this review: all that I wrote at once, and that still stands."""
        mine = [
            entry
            for entry in self.ledger.entries
            if entry.number > self.began
            and entry.who == self.scope.who
            and entry.number not in self.ledger.gone
            and undoable(entry)
        ]
        return tuple(entry for entry in mine if entry.at == mine[-1].at)

    def page(self, template: str, request: Request, status: int = 200, **values: Any) -> Response:
        """A page, with what all pages show."""
        said = looks.SAID.get(request.query_params.get("said", ""), "")
        return looks.page(template, status, desk=self, said=said, **values)


def undoable(entry: Entry) -> bool:
    """What undo takes back: not another undo, nor what is there to be known."""
    return not isinstance(entry.what, Undo | Reveal | Asked)


def away(address: str, said: str = "") -> Response:
    """Lead a browser on after it has written."""
    joined = f"{address}{'&' if '?' in address else '?'}said={said}" if said else address
    return RedirectResponse(joined, 303)
