"""A group is marked in one step, taken back in one step, and never over somebody's head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.marks.entry import Mark, Undo
from grader.marks.store import Store
from tests.grader.review.a_desk import FIRST, Browser, desk, given, log, served

PATH = f"/groups/{FIRST}"


def members(browser: Browser) -> list[str]:
    return re.findall(r'name="members" value="([^"]*)"', browser.get(PATH).text)


def test_a_group_gets_one_mark_each_and_undo_takes_all_back(tmp_path: Path) -> None:
    """Bound to each one's own answer; who is marked already is left alone."""
    one = desk(tmp_path, 16)
    one.board.write("you", [given("student0005", 9.0)])
    with served(one) as browser:
        same = next(text for text in members(browser) if len(text.split()) > 2)
        kept = browser.post(PATH, {"members": same, "item": "usual2", "own": "As others."})
        marks = [entry.what for entry in log(one)[1:] if isinstance(entry.what, Mark)]

        assert kept.headers["location"] == f"{PATH}?said=kept"
        assert len(marks) == len(same.split()) and {mark.points for mark in marks} == {5.0}
        assert all(mark.about for mark in marks) and "student0005" not in {mark.submission for mark in marks}
        browser.post("/undo", {})
        assert sum(isinstance(entry.what, Undo) for entry in log(one)) == len(marks)
        assert set(one.ledger.standing.marks) == {"student0005"}


def test_nothing_is_kept_where_one_was_marked_meanwhile(tmp_path: Path) -> None:
    """All or none."""
    one = desk(tmp_path, 16)
    with served(one) as browser:
        same = next(text for text in members(browser) if len(text.split()) > 2)
        subject = one.board.catalogue.pieces[same.split()[0].partition(":")[0]].subject
        with Store.open(one.board.marks) as store:
            store.append("you", given(subject, 3.0))
        late = browser.post(PATH, {"members": same, "item": "usual2"})

        assert late.status == 409 and "nothing was kept" in late.text
        assert len(log(one)) == 1


@pytest.mark.parametrize("fields", [{}, {"members": "x:1 y", "item": "usual1"}, {"item": "usual1"}])
def test_what_can_not_stand_is_refused(tmp_path: Path, fields: dict[str, str]) -> None:
    """Nobody to mark, or nothing to give."""
    one = desk(tmp_path, 16)
    with served(one) as browser:
        fields = fields or {"members": members(browser)[0]}

        assert browser.post(PATH, fields).status == 422
        assert browser.get("/groups/fcn32s.conv1").status == 404
        assert not one.board.marks.exists()
