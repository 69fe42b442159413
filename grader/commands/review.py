"""`review`: a local page over a class's reports, in which people give their half of the grade."""

from __future__ import annotations

import io
import os
import re
import sys
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from grader import tables
from grader.commands.codes import GRADED, WRONG_CALL
from grader.commands.screen import Screen
from grader.commands.who import who
from grader.errors import CallError
from grader.marks import store

NEEDED = ("starlette", "uvicorn", "krippendorff")
SHARE = re.compile(r"([1-9]\d?)/([1-9]\d?)")


def review(
    screen: Screen,
    out: Path,
    marks: Path | None,
    port: int,
    opens: bool,
    share: str,
    sections: list[str],
    requests: Path | None,
) -> int:
    """Serve the pages until Ctrl-C."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise CallError(f"The review page needs {', '.join(missing)}: `make review` installs it.")
    from grader.review.board import Board
    from grader.review.catalogue import Catalogue
    from grader.review.desk import Desk
    from grader.review.pages.asking import read
    from grader.review.scope import Scope
    from grader.review.serving import serve

    number, of = _share(share)
    catalogue = Catalogue(out, lambda done, all_: _count(screen, done, all_))
    _known(sections, {name for piece in catalogue.pieces.values() for name in piece.sections})
    board = Board(catalogue, marks or store.beside(out))
    scope = Scope(who(), number, of, frozenset(sections))

    def tell(address: str) -> None:
        screen.tell(f"The review of {catalogue.roll.title}, for {scope.who}: {address}")
        screen.remark(f"Marks are kept in {board.marks}. Ctrl-C ends this.")
        if opens and _has_a_screen():
            webbrowser.open(address)

    desk = Desk(board, scope, catalogue.roll.title, _releasing(out, board.marks))
    if requests:
        new = read(desk, tables.text_of(requests))
        board.write(scope.who, new)
        screen.tell(f"{len(new)} regrade requests are new.")
    serve(desk, port, tell)
    return GRADED


def _releasing(out: Path, marks: Path) -> Callable[[Path, str, bool, str], tuple[int, str]]:
    """The release as its command does it, with what that says."""

    def releasing(to: Path, kind: str, partial: bool, title: str) -> tuple[int, str]:
        from grader.commands.release import release

        said = io.StringIO()
        console = Console(file=said, width=200)
        try:
            code = release(
                Screen(console, console), out, to, marks if marks.exists() else None, kind, partial, title
            )
        except CallError as error:
            return WRONG_CALL, str(error)
        return code, said.getvalue()

    return releasing


def _has_a_screen() -> bool:
    """Whether a browser would open a window; one that runs in the terminal would take it from us."""
    return sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))


def _share(text: str) -> tuple[int, int]:
    found = SHARE.fullmatch(text or "1/1")
    if not found or int(found[1]) > int(found[2]):
        raise CallError(f"--share is a part of a whole, as 1/4; it is {text!r}.")
    return int(found[1]), int(found[2])


def _known(sections: list[str], known: set[str]) -> None:
    if unknown := sorted(set(sections) - known):
        there = f"there are {', '.join(sorted(known))}" if known else "the class has none"
        raise CallError(f"There is no section {unknown[0]!r}: {there}.")


def _count(screen: Screen, done: int, of: int) -> None:
    if of >= 200 and done % 200 == 0:
        screen.remark(f"{done} of {of} reports are read.")
