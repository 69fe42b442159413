"""A decision moves everybody with a cause, and nobody unseen."""

from __future__ import annotations

from pathlib import Path

from grader.marks.entry import Decision
from grader.marks.store import Store
from tests.grader.review.a_desk import desk, log, served

CAUSE = "layer.padding(got=150, want=100)"
WISH = {"cause": CAUSE, "line": "fcn32s.conv1", "points": "", "comment": "Accepted this year."}


def test_it_shows_whom_it_moves_then_decides(tmp_path: Path) -> None:
    """Three of twelve have padding 150; undo takes the decision back."""
    one = desk(tmp_path, 12)
    with served(one) as browser:
        shown = browser.post("/decide", WISH)
        assert "3 submissions, +" in shown.text and shown.text.count("<tr><td>Submission") == 3
        assert not one.board.marks.exists()
        done = browser.post("/decide", {**WISH, "do": "decide", "seen": "0", "back": "/queue/error"})

        assert done.headers["location"] == "/queue/error?said=decided"
        assert [entry.what for entry in log(one)] == [
            Decision(CAUSE, "fcn32s.conv1", None, "Accepted this year.")
        ]
        piece = one.board.catalogue.of("student0004")
        assert piece is not None
        check = one.board.check(piece.place("fcn32s.conv1"))
        assert check is not None and check.score == check.max_score
        assert "Accepted this year." in browser.get("/causes").text
        browser.post("/undo", {})
        assert not one.ledger.standing.decisions


def test_two_decisions_on_one_cause_are_seen(tmp_path: Path) -> None:
    """The later is shown what the earlier did."""
    one = desk(tmp_path, 6)
    with served(one) as browser, Store.open(one.board.marks) as store:
        store.append("you", Decision(CAUSE, "fcn32s.conv1", 0.5, "Half."))
        late = browser.post("/decide", {**WISH, "do": "decide", "seen": "0"})

        assert late.status == 409 and len(log(one)) == 1


def test_what_can_not_be_decided_is_told(tmp_path: Path) -> None:
    """Without a reason, beyond the line's points, for a cause that nobody has."""
    one = desk(tmp_path, 6)
    with served(one) as browser:
        for bad in ({"comment": " "}, {"points": "99"}, {"points": "x"}, {"points": "-1"}):
            assert browser.post("/decide", {**WISH, "do": "decide", "seen": "0", **bad}).status == 422
        for bad in ({"cause": "x"}, {"line": "cam.shape"}):
            assert browser.post("/decide", {**WISH, **bad}).status == 404
        assert not one.board.marks.exists()
