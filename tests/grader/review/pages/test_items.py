"""Items are written by graders; a change shows whom it moves before it moves them."""

from __future__ import annotations

import re
from pathlib import Path

from grader.marks.entry import Item
from tests.grader.review.a_desk import FIRST, desk, log, served

PATH = f"/items/{FIRST}"
ROWS = {
    "points1": "10",
    "words1": "Full.",
    "points2": "-2",
    "words2": "No numbers.",
    "note2": "Two runs at least.",
}


def test_a_change_is_shown_then_kept_and_moves_who_has_it(tmp_path: Path) -> None:
    """In one step, that undo takes back."""
    one = desk(tmp_path, 4)
    with served(one) as browser:
        keep = {"version": "0", "do": "save", **ROWS}
        assert browser.post(PATH, keep).status == 303
        path, page = browser.follow(f"/queue/{FIRST}")
        assert "Two runs at least." in page.text
        ids = re.findall(r'name="item" value="([^"]+)"', page.text)
        browser.save(path, items=tuple(ids))
        version = one.ledger.version
        changed = {**ROWS, "points2": "-3"}
        shown = browser.post(PATH, {"version": str(version), "do": "preview", **changed})

        assert "1 mark is changed" in shown.text
        assert re.search(r'<td class="num">8</td><td class="num">7</td>', shown.text)
        assert one.ledger.version == version
        browser.post(PATH, {"version": str(version), "do": "save", **changed})
        subject = one.board.catalogue.pieces[path.split("/")[-2]].subject
        check = one.board.check(one.board.catalogue.pieces[path.split("/")[-2]].place(FIRST))
        assert check is not None and check.score == 7 and check.mark is not None
        assert "No numbers. (-3)" in check.mark.comment
        browser.post("/undo", {})
        assert one.ledger.standing.of(subject)[FIRST].what.points == 8  # type: ignore[union-attr]


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """An item without words is gone; a slot that is filled again holds another item."""
    one = desk(tmp_path, 2)
    with served(one) as browser:
        browser.post(PATH, {"version": "0", "do": "save", **ROWS})
        browser.post(PATH, {"version": "2", "do": "save", **ROWS, "words2": ""})
        browser.post(PATH, {"version": "3", "do": "save", **ROWS})
        items = [entry.what for entry in log(one) if isinstance(entry.what, Item)]

    assert [(item.slot, bool(item.words)) for item in items] == [(1, True), (2, True), (2, False), (2, True)]
    assert len({item.id for item in items}) == 3


def test_what_can_not_be_is_told(tmp_path: Path) -> None:
    """And what somebody else has changed meanwhile is looked at again."""
    one = desk(tmp_path, 2)
    with served(one) as browser:
        for bad in ({"points1": "x", "words1": "Full."}, {"points7": "3", "words7": " "}):
            assert browser.post(PATH, {"do": "save", "version": "0", **bad}).status == 422
        assert browser.post(PATH, {"do": "save", "version": "7", **ROWS}).status == 409
        assert browser.get("/items/nothing").status == 404
        assert not one.board.marks.exists()


def test_it_leads_back_to_our_own_pages_alone(tmp_path: Path) -> None:
    """An address from elsewhere is none of them."""
    one = desk(tmp_path, 2)
    with served(one) as browser:
        for bad in ("https://evil.example", "//evil.example", "/queue/\\evil", "javascript:alert(1)"):
            sent = browser.post(PATH, {"do": "save", "version": str(one.ledger.version), "back": bad, **ROWS})
            assert sent.headers["location"].startswith("/?said=")
