"""`review`: what can't be right is said before anything is served, and requests are opened first."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from fixtures.review_class import write
from grader.commands import review as command
from grader.commands.review import review
from grader.commands.screen import Screen
from grader.errors import CallError
from grader.marks.entry import Request
from grader.marks.store import Store
from grader.review import serving
from grader.review.desk import Desk

FIRST = "questions.question1"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Desk]:
    """The desks that would be served; nothing is."""
    desks = list[Desk]()

    def serve(desk: Desk, port: int, tell: Callable[[str], None]) -> None:
        desks.append(desk)
        tell("http://127.0.0.1:1/open?token=x")

    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setenv("GRADER_NAME", "tess")
    return desks


def run(out: Path, share: str = "", sections: list[str] | None = None, requests: Path | None = None) -> str:
    said = Console(file=io.StringIO(), width=200)
    review(Screen(said, said), out, None, 0, True, share, sections or [], requests)
    assert isinstance(said.file, io.StringIO)
    return said.file.getvalue()


def test_it_tells_whose_review_it_is_and_where(tmp_path: Path, served: list[Desk]) -> None:
    """The share and the sections are the desk's; marks are kept beside the reports."""
    write(tmp_path / "r", 6)
    told = run(tmp_path / "r", "2/3", ["A"])

    assert "for tess: http://127.0.0.1:1/open?token=x" in told and "r.marks.sqlite" in told
    scope = served[0].scope
    assert (scope.who, scope.share, scope.of, scope.sections) == ("tess", 2, 3, frozenset("A"))
    assert not (tmp_path / "r.marks.sqlite").exists()


@pytest.mark.parametrize("share", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/2/3", "1/1000"])
def test_a_share_is_a_part_of_a_whole(tmp_path: Path, served: list[Desk], share: str) -> None:
    """Anything else is refused."""
    write(tmp_path / "r", 1)
    with pytest.raises(CallError, match="part of a whole"):
        run(tmp_path / "r", share)
    assert not served


def test_a_section_that_nobody_is_in_is_told(tmp_path: Path, served: list[Desk]) -> None:
    """With those that there are."""
    write(tmp_path / "r", 2)
    with pytest.raises(CallError, match="no section 'C': there are A, B"):
        run(tmp_path / "r", sections=["C"])


def test_requests_of_a_file_are_opened_once(tmp_path: Path, served: list[Desk]) -> None:
    """In any of Excel's encodings."""
    write(tmp_path / "r", 2)
    table = tmp_path / "requests.csv"
    table.write_bytes(
        f"submission;line;words\nstudent0001;{FIRST};Für mich ist das richtig.\n".encode("cp1252")
    )
    for new in (1, 0):
        assert f"{new} regrade requests are new" in run(tmp_path / "r", requests=table)
    with Store.open(tmp_path / "r.marks.sqlite") as store:
        assert [entry.what for entry in store.entries()] == [
            Request("student0001", FIRST, "Für mich ist das richtig.", 0.0)
        ]


def test_a_browser_is_opened_where_it_has_a_screen(
    tmp_path: Path, served: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in the terminal would take that from us."""
    write(tmp_path / "r", 1)
    opened = list[str]()
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    run(tmp_path / "r")
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    run(tmp_path / "r")
    assert opened == ["http://127.0.0.1:1/open?token=x"]


def test_what_is_not_installed_is_named(
    tmp_path: Path, served: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how to install it."""
    monkeypatch.setattr(command, "NEEDED", ("starlette", "no_such_package"))
    with pytest.raises(CallError, match="needs no_such_package: `make review` installs it"):
        run(tmp_path)
