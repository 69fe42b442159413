"""A request is a thread: asked, looked at, answered, and in the student's next report."""

from __future__ import annotations

import re
from pathlib import Path

from grader.marks.entry import Reply, Request
from grader.release import packages
from grader.review.ledger import Thread
from tests.grader.review.a_desk import FIRST, desk, given, log, served


def test_a_request_is_answered_with_what_changed(tmp_path: Path) -> None:
    """From 3 to 10 points; the student reads the answer in the next release."""
    one = desk(tmp_path, 3)
    one.board.write("you", [given("student0001", 3.0)])
    with served(one) as browser:
        table = f"submission,line,words\nstudent0001,{FIRST},<i>Why 3?</i>\n"
        assert browser.post("/requests", {"table": table}).headers["location"] == "/requests?said=asked"
        path, page = browser.follow("/queue/requests")
        assert (
            "&lt;i&gt;Why 3?" in page.text
            and "bin/grader grade --training smoke --seed 1 student0001" in page.text
        )
        browser.save(path, items=("usual1",), own="You are right.")
        key = path.split("/")[-2]
        answered = browser.post(f"/reply/{key}/{FIRST}", {"words": "We looked again.", "seen": "2"})

        assert answered.headers["location"] == "/queue/requests?said=answered"
        assert log(one)[-1].what == Reply(
            "student0001", FIRST, "<i>Why 3?</i>", "We looked again.", 3.0, 10.0
        )
        assert not one.queue("requests").open
        note = one.board.merged[key].notes[-1]
        assert note.endswith("Answer: We looked again. (3 points, now 10)")
        assert "3 → 10 points" in browser.get("/requests").text
        assert (
            b"We looked again. (3 points, now 10)" in packages.pages(one.board.merged[key], {})["report.html"]
        )


def test_an_answer_that_was_taken_back_is_given_anew(tmp_path: Path) -> None:
    """The next one counts; who had seen the first only is told of it."""
    one = desk(tmp_path, 3)
    one.board.write("you", [Request("student0001", FIRST, "why", 0.0)])
    with served(one) as browser:
        path, page = browser.follow("/queue/requests")
        reply = re.findall(r'action="(/reply/[^"]*)"', page.text)[0]
        browser.post(reply, {"words": "No.", "seen": seen(page.text)})
        browser.post("/undo", {})
        late = browser.post(reply, {"words": "No, again.", "seen": "1"})
        again = browser.post(reply, {"words": "Yes.", "seen": seen(browser.get(path).text)})

        assert late.headers["location"] == "/requests?said=late"
        assert again.headers["location"] == "/queue/requests?said=answered"
        assert [what.words for what in map(said, one.ledger.threads.values())] == ["Yes."]


def said(thread: Thread) -> Reply:
    assert thread.reply and isinstance(thread.reply.what, Reply)
    return thread.reply.what


def seen(page: str) -> str:
    """What the form of an answer holds."""
    found = re.search(r'name="seen" value="(\d+)"', page.partition('action="/reply/')[2])
    assert found
    return found[1]


def test_what_can_not_be_is_told(tmp_path: Path) -> None:
    """A table with a fault, an answer without words, or to nothing, or to what was answered since."""
    one = desk(tmp_path, 3)
    with served(one) as browser:
        bad = browser.post("/requests", {"table": "submission,line,words\nx,y,z"})
        assert bad.status == 422 and "line 2" in bad.text and "x,y,z" in bad.text
        assert not one.board.marks.exists()
        piece = one.board.catalogue.of("student0001")
        assert piece is not None
        path = f"/reply/{piece.key}/{FIRST}"
        assert browser.post(path, {"words": "x", "seen": "0"}).status == 303
        one.board.write(
            "you", [Request("student0001", FIRST, "why", 0.0), Reply("student0001", FIRST, "why", "so", 0, 0)]
        )
        assert browser.post(path, {"words": " ", "seen": "1"}).status == 303
        assert browser.post(path, {"words": "x", "seen": "1"}).headers["location"] == "/requests?said=late"
        assert len(log(one)) == 2
