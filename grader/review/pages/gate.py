"""The gate: what is not complete, whom it concerns, and then the release."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from grader.classroom.statistics import Row
from grader.release import gate
from grader.review import forms
from grader.review.desk import Desk

KINDS = ("all", "students", "canvas", "gradescope", "moodle")
LONGEST = 100


async def show(request: Request, desk: Desk) -> Response:
    """What stands in the way, and what would leave."""
    desk.board.refresh()
    return _page(request, desk)


async def release(request: Request, desk: Desk) -> Response:
    """Release as the command does, into a folder beside the reports; what it said is shown."""
    form = await forms.read(request)
    desk.board.refresh()
    name, kind = form.one("folder").strip(), form.one("kind")
    if not _is_a_name(name) or kind not in KINDS:
        return _page(
            request, desk, "Give the folder a plain name: it is made beside the reports.", status=422
        )
    to = desk.board.catalogue.out.resolve().parent / name
    title = form.one("title").strip()[:LONGEST] or desk.title
    code, said = desk.release(to, kind, form.one("partial") == "yes", title)
    return _page(request, desk, said, done=code == 0)


def _is_a_name(name: str) -> bool:
    """Whether it is one folder's name and no way anywhere."""
    plain = name.isprintable() and not name.startswith(".") and len(name.encode(errors="replace")) <= LONGEST
    return bool(name) and plain and Path(name).name == name and not set(name) & set('\\/:*?"<>|')


def _page(request: Request, desk: Desk, said: str = "", done: bool = False, status: int = 200) -> Response:
    every = tuple(_rows(desk))
    leaving = gate.leaving(every)
    return desk.page(
        "release.html",
        request,
        status,
        blockers=gate.blockers(every),
        remarks=(*desk.board.catalogue.roll.remarks, *gate.remarks(every)),
        ready=sum(one.grade is not None for one in leaving),
        all=len(leaving),
        outcome=said,
        done=done,
        kinds=KINDS,
        folder=f"{desk.board.catalogue.out.resolve().name}-released",
    )


def _rows(desk: Desk) -> list[Row]:
    found = {piece.entry.name: desk.board.merged[piece.key] for piece in desk.board.catalogue.pieces.values()}
    entries = desk.board.catalogue.roll.entries
    return [
        Row(entry, found.get(entry.name), "" if entry.name in found else "not graded") for entry in entries
    ]
