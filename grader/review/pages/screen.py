"""The screen for one line of one submission: a written answer, or a verdict of the grader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from grader.assignment import NETWORKS
from grader.marks.about import about, answers, causes_of, question
from grader.marks.entry import Entry, Mark
from grader.marks.standing import last
from grader.records.grade import Grade, ScoredCheck
from grader.records.submission import Answer
from grader.reports import rendering, words
from grader.reports.curves import curves
from grader.review import numbers, picks, queues
from grader.review.catalogue import Piece
from grader.review.desk import Desk
from grader.review.ledger import Place, place_of
from grader.review.numbers import Found
from grader.review.phrases import phrases
from grader.review.picks import Picks
from grader.scoring import by_a_person

WRAPPED = 60  # characters of a line that is full
MEASURED = ".training"  # lines whose numbers come from a run of the grader's own


@dataclass(frozen=True, slots=True)
class Draft:
    """What was sent and not kept, and why: it is shown again."""

    picks: Picks
    problem: str = ""
    seen: int = 0
    adjustment: str = ""
    conflict: Mark | None = None
    who: str = ""


async def show(request: Request, desk: Desk) -> Response:
    """The screen as it stands."""
    desk.board.refresh()
    return render(request, desk)


def render(request: Request, desk: Desk, draft: Draft | None = None) -> Response:
    """The screen, with a draft in the place of what stands."""
    piece, judged = desk.at(request)
    queue = desk.queue(request.path_params["queue"])
    place, ledger = piece.place(judged.id), desk.ledger
    check = desk.board.checks[piece.key][judged.id]
    second = _is_second(desk, place, queue.id, draft)
    entry, thread = ledger.mark(place), ledger.threads.get(place)
    standing = entry.what if entry and isinstance(entry.what, Mark) and not second else None
    given = draft.picks if draft else picks.of(standing)
    shown = _shown(request, desk, piece, judged)
    status = 409 if draft and draft.conflict else 422 if draft and draft.problem else 200
    return desk.page(
        "screen.html",
        request,
        status,
        queue=queue,
        place=place,
        piece=piece,
        check=check,
        judged=judged,
        entry=None if second else entry,
        second=second,
        items=desk.items(judged),
        offered=picks.version(desk.items(judged)),
        given=given,
        total=picks.points(given, desk.items(judged), judged.max_score) if given else None,
        about=about(piece.grade, judged),
        adjustment=draft.adjustment if draft else _typed(given),
        draft=draft,
        seen=draft.seen if draft and draft.conflict else seen(desk, place),
        phrases=phrases(_others(ledger.entries, place) if second else ledger.entries, judged.id),
        thread=thread,
        thread_seen=last(ledger.entries, thread.request.what.target) if thread else 0,
        flagged=place in ledger.flags,
        history=len(ledger.about(_target(place))),
        repeat=repeated(desk, judged.id) is not None,
        **shown,
    )


def _shown(request: Request, desk: Desk, piece: Piece, check: ScoredCheck) -> dict[str, Any]:
    """What stands beside the mark."""
    grade = desk.board.catalogue.whole(piece.key)
    if question(check):
        return {"grade": grade, **_answer(request, grade, check)}
    return {"grade": grade, **_line(desk, grade, check)}


def _is_second(desk: Desk, place: Place, queue: str, draft: Draft | None) -> bool:
    """Whether I am to read it blind; whoever is shown a conflict has seen the other's word."""
    if draft and draft.conflict:
        return False
    return queues.is_second(place, desk.ledger, desk.class_, desk.scope, queue)


def seen(desk: Desk, place: Place) -> int:
    """The number of the last word on a place."""
    return last(desk.ledger.entries, _target(place))


def _target(place: Place) -> str:
    return Mark(*place, None).target


def repeated(desk: Desk, line: str) -> Picks | None:
    """What I gave last on a line."""
    mine = (
        entry.what
        for entry in reversed(desk.ledger.entries)
        if entry.who == desk.scope.who and isinstance(entry.what, Mark) and entry.what.line == line
        if entry.number not in desk.ledger.gone
    )
    return next(map(picks.of, mine), None)


def _others(entries: Iterable[Entry], place: Place) -> Iterator[Entry]:
    """What was said of other answers: a second reader sees nothing of the first."""
    return (entry for entry in entries if place_of(entry.what) != place)


def _typed(given: Picks) -> str:
    return "" if given.adjustment is None else words.number(given.adjustment)


def _answer(request: Request, grade: Grade, check: ScoredCheck) -> dict[str, object]:
    """What is shown of a written answer, and beside it."""
    saved, page = grade.submission.saved, grade.submission.page
    written = answers(grade, check)
    known = numbers.facts(saved, page)
    texts = [flowed(answer.text) for answer in written]
    found = [numbers.check(text, known) for text in texts]
    return {
        "kind": "answer",
        "answers": list(zip(written, map(tuple, map(_stretches, texts, found)), strict=True)),
        "rendered": _rendered(written) if request.query_params.get("as") == "markdown" else (),
        "found": _once(chain.from_iterable(found)),
        "runs": [(run, numbers.MODELS.get(run.model, "A model"), curves(run)) for run in saved.runs],
        "figures": tuple(enumerate(saved.figures)),
        "drawn": [(n, one) for n, one in enumerate(grade.pictures) if one.part in NETWORKS],
        "measured": tuple(one for one in grade.checks if MEASURED in one.id and one.reason.actual),
    }


def _once(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each number that was found, as often as it says something else."""
    return tuple({(one.text, one.said): one for one in found}.values())


def flowed(text: str) -> str:
    """A text without the breaks of an editor that wraps: behind a long line, before what begins no item."""
    lines = text.split("\n")
    found = lines[:1]
    for before, line in pairwise(lines):
        joins = len(before) >= WRAPPED and line[:1].isalpha()
        found.append(f" {line}" if joins else f"\n{line}")
    return "".join(found)


def _rendered(answers: Iterable[Answer]) -> tuple[Markup, ...]:
    page = rendering.Page()
    return tuple(page.text(answer.markdown or answer.text) for answer in answers)


def _stretches(text: str, found: Iterable[Found]) -> Iterator[tuple[str, Found | None]]:
    """A text in pieces, each with what was found of it."""
    at = 0
    for one in found:
        yield text[at : one.start], None
        yield text[one.start : one.end], one
        at = one.end
    yield text[at:], None


def _line(desk: Desk, grade: Grade, check: ScoredCheck) -> dict[str, object]:
    """What is shown of a verdict: where it stands in the code, and who else has the same cause.

    Of a line that a person judges, and no answer is read for, everything that the notebook says.
    """
    place = check.reason.place
    causes = [(cause, *_with(desk, cause)) for cause in causes_of(check)]
    pictures = [(n, picture) for n, picture in enumerate(grade.pictures) if picture.part == check.part]
    return {
        "kind": "line",
        "code": words.quoted(grade, place) if place else (),
        "causes": causes,
        "cells": [cell for cell in grade.submission.page if cell.text and by_a_person(check.part)],
        "pictures": pictures,
    }


def _with(desk: Desk, cause: str) -> tuple[int, float]:
    """How many have a cause, and what its lines cost them, on average."""
    lost = [
        sum(check.max_score - check.score for check in grade.checks if cause in causes_of(check))
        for grade in desk.board.merged.values()
        if any(cause in causes_of(check) for check in grade.checks)
    ]
    return len(lost), sum(lost) / len(lost) if lost else 0.0
