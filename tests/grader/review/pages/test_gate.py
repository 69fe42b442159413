"""Nothing leaves that is not complete, and nothing is written but beside the reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.commands.review import _releasing
from grader.review.desk import Desk
from tests.grader.review.a_desk import FIRST, SECOND, desk, given, served


def releasing(home: Path, count: int) -> Desk:
    one = desk(home, count)
    one.release = _releasing(home / "reports", one.board.marks)
    return one


def test_it_lists_what_is_open_and_writes_nothing(tmp_path: Path) -> None:
    """Whom it concerns, and why."""
    one = releasing(tmp_path, 3)
    with served(one) as browser:
        page = browser.get("/release").text
        assert "3 submissions are open" in page and "student0001: 2 lines not assessed (20 points)" in page
        sent = browser.post("/release", {"folder": "out", "kind": "all", "title": "A 3"})

        assert "nothing was released" in sent.text and not (tmp_path / "out").exists()


def test_a_complete_class_is_released_as_by_the_command(tmp_path: Path) -> None:
    """Beside the reports; a partial one only where it is wished."""
    one = releasing(tmp_path, 3)
    subjects = [piece.subject for piece in one.board.catalogue.pieces.values()]
    one.board.write("me", [given(name, 8.0, line) for name in subjects for line in (FIRST, SECOND)])
    one.board.write("me", [replace(given("student0003", 1.0), line="fcn8s.determinism")])
    with served(one) as browser:
        assert "Everything is complete" in browser.get("/release").text
        sent = browser.post("/release", {"folder": "out", "kind": "all", "title": "A 3"})

    assert "3 students&#39; grades were released" in sent.text
    assert (tmp_path / "out" / "canvas.csv").read_text().splitlines()[0].endswith("A 3")
    assert {path.name for path in (tmp_path / "out" / "students").iterdir()} >= {
        "student0000",
        "student0000.zip",
    }


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/b", "/etc", "..\\x", "a\x00b", ".hidden", "C:x", "x" * 200, "reports", "~/x/y"]
)
def test_a_folder_is_a_plain_name(tmp_path: Path, name: str) -> None:
    """No way out of the place beside the reports, and not the reports themselves."""
    one = releasing(tmp_path, 1)
    with served(one) as browser:
        before = sorted(tmp_path.rglob("*"))
        browser.post("/release", {"folder": name, "kind": "all", "partial": "yes"})
        after = sorted(path for path in tmp_path.rglob("*") if "marks.sqlite" not in path.name)

    assert after == before
