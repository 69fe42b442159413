"""What is sent is kept once, whole, under its sender's name; what can't stand is shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.marks.entry import Flag, Item, Mark, Reading, Reveal, Undo
from grader.marks.store import Store
from grader.review.desk import Desk
from tests.grader.review.a_desk import FIRST, Browser, desk, given, log, served

QUEUE = f"/queue/{FIRST}"


@pytest.fixture
def one(tmp_path: Path) -> Desk:
    return desk(tmp_path)


@pytest.fixture
def browser(one: Desk) -> Iterator[Browser]:
    with served(one) as browser:
        yield browser


def test_a_mark_is_kept_and_the_next_is_shown(one: Desk, browser: Browser) -> None:
    """Six answers, six marks, then the end of the queue."""
    path, met = QUEUE, []
    for _ in range(6):
        path, _ = browser.follow(path)
        met.append(path)
        path = browser.save(path, items=("usual1",), own="Good.").headers["location"]
    end = browser.follow(path)[1]

    assert "Nothing is open here" in end.text
    assert len(set(met)) == 6
    marks = [entry.what for entry in log(one) if isinstance(entry.what, Mark)]
    assert {mark.points for mark in marks} == {10.0} and {entry.who for entry in log(one)} == {"tess"}
    assert marks[0].comment == "Right and complete. (+10)\nGood." and marks[0].about


def test_what_can_not_stand_is_shown_again_with_the_reason(one: Desk, browser: Browser) -> None:
    """Nothing is kept, and nothing of what was typed is lost."""
    path, _ = browser.follow(QUEUE)
    nothing = browser.save(path)
    odd = browser.save(path, items=("usual2",), adjustment="two", own="<b>kept</b>")

    assert nothing.status == 422 and "Pick an item" in nothing.text
    assert odd.status == 422 and "is no number" in odd.text
    assert "&lt;b&gt;kept" in odd.text and 'value="usual2"' in odd.text and 'value="two"' in odd.text
    assert not one.board.marks.exists()


def test_two_tabs_and_two_graders_do_not_overwrite_unseen(one: Desk, browser: Browser) -> None:
    """The second sees both, and decides."""
    path, _ = browser.follow(QUEUE)
    subject = one.board.catalogue.pieces[path.split("/")[-2]].subject
    with Store.open(one.board.marks) as store:
        store.append("you", given(subject, 3.0))
    late = browser.post(path, {"seen": "0", "do": "save", "item": "usual1", "own": "Mine."})

    assert late.status == 409
    assert "you has marked this meanwhile" in late.text and "3 of 10" in late.text and "Mine." in late.text
    assert len(log(one)) == 1
    again = browser.post(path, {"seen": "1", "do": "save", "item": "usual1", "own": "Mine."})
    assert again.status == 303 and len(log(one)) == 2


def test_an_item_that_was_changed_meanwhile_is_not_given_unseen(one: Desk, browser: Browser) -> None:
    """Nor is a verdict on files that were graded again: the page is shown anew, with the reason."""
    path, page = browser.follow(QUEUE)
    offered = re.search(r'name="offered" value="(\w+)"', page.text)
    assert offered
    fields = {"seen": "0", "do": "save", "item": "usual1", "offered": offered[1]}
    assert browser.post(path, {**fields, "about": "another"}).status == 422
    one.board.write("you", [Item(FIRST, "usual1", 1, 2.0, "Right in a way.")])
    again = browser.post(path, fields)

    assert again.status == 422 and "has changed the items" in again.text and "Right in a way." in again.text
    assert not one.ledger.standing.marks


def test_undo_takes_my_last_step_back_again_and_again(one: Desk, browser: Browser) -> None:
    """And leads to where it was; where there is nothing it says so."""
    first, _ = browser.follow(QUEUE)
    second = browser.save(first, items=("usual1",)).headers["location"]
    browser.save(second, items=("usual2",))

    assert browser.post("/undo", {}).headers["location"] == f"{second}?said=undone"
    assert browser.post("/undo", {}).headers["location"] == f"{first}?said=undone"
    assert browser.post("/undo", {}).headers["location"] == "/?said=nothing"
    assert not one.ledger.standing.marks
    assert [type(entry.what) for entry in log(one)] == [Mark, Mark, Undo, Undo]


def test_undo_stays_in_this_review(tmp_path: Path) -> None:
    """A table of marks that I imported before is no step of it."""
    desk(tmp_path).board.write("tess", [given(f"student000{n}", 3.0) for n in range(6)])
    one = desk(tmp_path)
    with served(one) as browser:
        assert browser.post("/undo", {}).headers["location"] == "/?said=nothing"
        assert len(log(one)) == 6


def test_undo_does_not_touch_what_somebody_else_said_since(one: Desk, browser: Browser) -> None:
    """It says so."""
    path, _ = browser.follow(QUEUE)
    browser.save(path, items=("usual1",))
    subject = one.board.catalogue.pieces[path.split("/")[-2]].subject
    with Store.open(one.board.marks) as store:
        store.append("you", given(subject, 3.0))

    assert browser.post("/undo", {}).headers["location"] == "/?said=written"
    assert len(log(one)) == 2


def test_a_flag_goes_up_and_down_and_keeps_the_draft(one: Desk, browser: Browser) -> None:
    """It is no mark."""
    path, _ = browser.follow(QUEUE)
    up = browser.save(path, do="flag", items=("usual2",), own="Hm.")

    assert up.status == 200 and "Flagged" in up.text and "Hm." in up.text
    assert "Flagged" in browser.get("/").text
    browser.save(path, do="flag")
    assert [entry.what.raised for entry in log(one) if isinstance(entry.what, Flag)] == [True, False]


def test_a_name_is_shown_to_who_asks_and_that_is_logged(one: Desk, browser: Browser) -> None:
    """Not before: no page, address or title tells it."""
    path, page = browser.follow(QUEUE)
    piece = one.board.catalogue.pieces[path.split("/")[-2]]
    assert piece.called not in page.text and piece.subject not in page.text
    shown = browser.save(path, do="reveal")

    assert piece.called in shown.text
    assert [entry.what for entry in log(one)] == [Reveal(piece.subject)]


def test_repeat_gives_what_i_gave_last(one: Desk, browser: Browser) -> None:
    """Items, adjustment and words."""
    first, page = browser.follow(QUEUE)
    assert "Repeat" not in page.text
    second = browser.save(first, items=("usual1",), adjustment="-1", own="Nearly.").headers["location"]
    browser.save(second, do="repeat")
    a, b = (entry.what for entry in log(one))

    assert isinstance(a, Mark) and isinstance(b, Mark)
    assert (a.points, a.comment, a.items) == (b.points, b.comment, b.items) and a.submission != b.submission


def test_another_verdict_than_the_grader_s_needs_a_reason(one: Desk, browser: Browser) -> None:
    """In own words: those of an item are none."""
    piece = next(p for p in one.board.catalogue.pieces.values() if p.subject == "student0000")
    path = f"/queue/{FIRST}/{piece.key}/fcn32s.conv1"

    assert browser.save(path, items=("usual1",)).status == 422
    assert browser.save(path, items=("usual1",), own="Accepted this year.").status == 303


def test_a_second_reading_is_blind_and_changes_no_grade(tmp_path: Path) -> None:
    """What the first gave is on no page before; both are kept."""
    one = desk(tmp_path, 6, twice=1.0)
    with Store.open(one.board.marks) as store:
        store.append("you", given("student0001", 7.25, own="A telling word."))
    with served(one) as browser:
        path, page = browser.follow("/queue/second")
        assert "Second reading" in page.text and "7.25" not in page.text and "telling" not in page.text
        assert browser.save(path, items=("usual2",)).headers["location"] == "/queue/second"
        check = one.board.check(one.board.catalogue.pieces[path.split("/")[-2]].place(FIRST))

        assert check is not None and check.score == 7.25
        last = log(one)[-1].what
        assert isinstance(last, Reading) and (last.reader, last.points) == ("tess", 5.0)
