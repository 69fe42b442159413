"""Pages to look at tell what the log says."""

from __future__ import annotations

from pathlib import Path

from grader.marks.entry import Flag, Reading, Reply, Request, Undo, What
from tests.grader.review.a_desk import FIRST, desk, given, served


def test_progress_tells_who_did_how_much(tmp_path: Path) -> None:
    """And what is left."""
    one = desk(tmp_path, 5)
    one.board.write("you", [given("student0001", 3.0), given("student0002", 3.0)])
    with served(one) as browser:
        page = browser.get("/progress").text

    assert "3 of 5 left" in page and '<td>you</td><td class="num">2</td>' in page


def test_agreement_lists_every_difference(tmp_path: Path) -> None:
    """With a way to the answer."""
    one = desk(tmp_path, 5)
    marks = [given(f"student000{n}", points) for n, points in ((1, 3.0), (2, 8.0))]
    readings = [Reading(f"student000{n}", FIRST, "me", points) for n, points in ((1, 3.0), (2, 6.0))]
    one.board.write("you", [*marks, *readings, Reading("gone", FIRST, "me", 1)])
    with served(one) as browser:
        page = browser.get("/agreement").text

    assert "2 answers were read twice" in page and "you 8, me 6" in page and "Alpha: <b>0.8" in page


def test_a_history_tells_everything_once(tmp_path: Path) -> None:
    """What was taken back is struck out, not gone."""
    one = desk(tmp_path, 2)
    subject = "student0000"
    said: list[What] = [
        *(given(subject, 3.0), given(subject, None, own="x"), Reading(subject, FIRST, "me", 4.0, "Hm.")),
        *(Flag(subject, FIRST), Request(subject, FIRST, "why", 3), Reply(subject, FIRST, "why", "so", 3, 4)),
        *(Undo(1, given(subject, 3).target), given("student0001", 9.0)),
    ]
    one.board.write("you", said)
    piece = one.board.catalogue.of(subject)
    assert piece is not None
    with served(one) as browser:
        page = browser.get(f"/history/{piece.key}/{FIRST}").text

    for words in (
        "<s>3 of 10: </s> taken back",
        "second reading, 4 of 10: Hm.",
        "flagged it",
        "the student asks: why",
    ):
        assert words in page
    assert "answered the student: so" in page and "took number 1 back" in page and "9 of 10" not in page


def test_causes_lead_to_who_has_them(tmp_path: Path) -> None:
    """The most frequent first."""
    one = desk(tmp_path, 12)
    with served(one) as browser:
        page = browser.get("/causes").text
        link = page.partition('<td><a href="')[2].partition('"')[0]

        assert "padding 150" in browser.get(link).text
