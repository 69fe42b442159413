"""The screen shows the answer, the student's own numbers and pictures, and obeys nothing in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.review_class import grade
from grader.marks.entry import Item, Mark
from grader.records import saved
from grader.records.grade import Outcome, Picture
from grader.records.reason import Cause, Place, Reason
from grader.records.submission import Answer, PageCell
from grader.review.desk import Desk
from grader.review.pages.screen import WRAPPED, flowed
from tests.grader.hostile import HOSTILE
from tests.grader.review.a_desk import FIRST, SECOND, Browser, desk, given, log, served


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk(tmp_path_factory.mktemp("class"), 8)


@pytest.fixture(scope="module")
def browser(one: Desk) -> Iterator[Browser]:
    with served(one) as browser:
        yield browser


def at(one: Desk, number: int, line: str = FIRST) -> str:
    piece = one.board.catalogue.of(f"student{number:04d}")
    assert piece is not None
    return f"/queue/{line if line.startswith('questions') else 'error'}/{piece.key}/{line}"


def test_an_answer_stands_beside_what_its_notebook_holds(one: Desk, browser: Browser) -> None:
    """Each number with what the log says of it, the curves, the pictures, what the grader measured."""
    page = browser.get(at(one, 0)).text

    assert "Scratch against pretrained" in page
    assert re.search(r'<mark class="held" title="cell 7 says 0.3431[^"]*">0.34</mark>', page)
    assert re.search(r'<mark class="near"[^>]*>0.3', page)
    assert page.count("<svg") == 9 and page.count("<figure><img") == 2
    assert "after 40 steps" in page


def test_an_editor_s_line_breaks_are_no_paragraphs() -> None:
    """A list, a short line and an empty one stay."""
    full = "w" * WRAPPED

    assert flowed(f"{full}\nmore") == f"{full} more"
    for kept in (f"{full}\n- item", f"{full}\n\nmore", "short\nmore", f"{full}\n2. item", ""):
        assert flowed(kept) == kept


def test_what_the_grader_drew_of_the_networks_stands_there_too(tmp_path: Path) -> None:
    """Not the maps of another part."""
    pictures = (Picture("cam", "a map", b"x"), Picture("fcn8s", "FCN8s: what it learns", b"\x89PNG"))
    desk(tmp_path, 1)
    shown = replace(grade("student0000", 0), pictures=pictures)
    saved.write(tmp_path / "reports" / "student0000", saved.Saved(saved.Key("s", "g", "r", "o"), shown))
    one = desk(tmp_path, 1)
    with served(one) as browser:
        page = browser.get(at(one, 0)).text
        key = at(one, 0).split("/")[3]

        assert f'src="/picture/{key}/1.png"' in page and "FCN8s: what it learns" in page
        assert "a map" not in page
        assert browser.get(f"/picture/{key}/1.png").body == b"\x89PNG"


def test_an_answer_that_is_not_there_is_said(one: Desk, browser: Browser) -> None:
    """An empty box would look like a fault of the page."""
    assert "Nothing was written." in browser.get(at(one, 2)).text


def test_a_verdict_stands_beside_its_code_and_who_else_has_it(one: Desk, browser: Browser) -> None:
    """Expected, found, the line; how many others it costs how much."""
    page = browser.get(at(one, 4, "fcn32s.conv1")).text

    assert "conv1_1: padding 150, the assignment says 100" in page
    assert 'class="line marked"' in page and "nn.Conv2d(3, 64, 3, padding=150)" in page
    assert "2 submissions have this cause" in page


def test_pictures_are_served_by_number(one: Desk, browser: Browser) -> None:
    """As PNG; what is not there is not found."""
    key = at(one, 0).split("/")[3]
    shown = browser.get(f"/figure/{key}/0.png")

    assert shown.headers["content-type"] == "image/png" and shown.body.startswith(b"\x89PNG")
    for path in (
        f"/figure/{key}/9.png",
        "/figure/nobody/0.png",
        f"/picture/{key}/0.png",
        f"/figure/{key}/x.png",
    ):
        assert browser.get(path).status == 404


def test_where_no_answer_is_read_a_person_sees_all_that_was_written(tmp_path: Path) -> None:
    """A course's own line can be judged from what its notebook says, escaped; a verdict needs none of it."""
    desk(tmp_path, 1, profile="ece176-2024")
    kept = grade("student0000", 0, "ece176-2024")
    cells = (PageCell("cell 20", "markdown", "I was there: <b>yes</b>"), PageCell("cell 21", "code"))
    shown = replace(kept, submission=replace(kept.submission, page=cells))
    saved.write(tmp_path / "reports" / "student0000", saved.Saved(saved.Key("s", "g", "r", "o"), shown))
    one = desk(tmp_path, 1)
    with served(one) as browser:
        page = browser.get(at(one, 0, "survey.survey")).text

        assert "I was there: &lt;b&gt;yes" in page and "cell 20" in page and "cell 21" not in page
        assert "I was there" not in browser.get(at(one, 0, "fcn32s.conv1")).text


def test_what_is_not_there_is_not_found(browser: Browser, one: Desk) -> None:
    """A queue, a submission, a line."""
    known = at(one, 0)
    for path in (
        "/queue/x",
        "/queue/error/nobody/fcn32s.crop",
        known.replace("question1", "question9"),
        known[:-3],
    ):
        assert browser.get(path).status == 404


def test_looking_changes_nothing(tmp_path: Path) -> None:
    """Every page, read twice, leaves the log and every file as they were."""
    one = desk(tmp_path)
    one.board.write("you", [given("student0000", 3.0)])
    before = {path: path.read_bytes() for path in (tmp_path / "reports").rglob("*") if path.is_file()}
    with served(one) as browser:
        for path in (
            *("/", "/keys", f"/queue/{FIRST}", "/queue/second"),
            at(one, 0),
            f"{at(one, 1)}?as=markdown",
        ):
            assert {browser.follow(path)[1].status for _ in "ab"} == {200}

    assert len(log(one)) == 1
    assert before == {path: path.read_bytes() for path in (tmp_path / "reports").rglob("*") if path.is_file()}


def hostile(home: Path) -> Desk:
    """A class of one who writes the same words in every field that a page shows."""
    one = grade("student0000", 0)
    reason = Reason(
        HOSTILE, HOSTILE, HOSTILE, HOSTILE, Place(HOSTILE, 1, HOSTILE), Cause("x.y", {"got": HOSTILE})
    )
    checks = tuple(
        check
        if check.part == "questions"
        else replace(check, outcome=Outcome.FAILED, score=0.0, reason=reason)
        for check in one.checks
    )
    answers = tuple(Answer(n, HOSTILE, f"{HOSTILE} 0.34", HOSTILE) for n in (1, 2))
    runs = tuple(replace(run, label=HOSTILE, model="x") for run in one.submission.saved.runs)
    figures = tuple(replace(figure, label=HOSTILE) for figure in one.submission.saved.figures)
    evidence = replace(one.submission.saved, answers=answers, runs=runs, figures=figures)
    submission = replace(
        one.submission, name=HOSTILE, saved=evidence, texts={HOSTILE: HOSTILE}, typed=HOSTILE
    )
    desk(home, 1)
    bad = replace(one, checks=checks, submission=submission, student=HOSTILE)
    saved.write(home / "reports" / "student0000", saved.Saved(saved.Key("s", "g", "r", "o"), bad))
    return desk(home, 1)


def test_no_text_is_obeyed(tmp_path: Path) -> None:
    """Of a student in any field, of a grader in items, comments and names."""
    one = hostile(tmp_path)
    clean = HOSTILE.replace("\ud800", "")
    one.board.write(
        clean[:60],
        [
            Item(FIRST, "i", 1, 2.0, clean, clean),
            Mark("student0000", FIRST, None, clean, "", ("i",), 1.0, clean),
        ],
    )
    with served(one) as browser:
        for path in (
            "/",
            at(one, 0),
            f"{at(one, 0)}?as=markdown",
            at(one, 0, SECOND),
            at(one, 0, "fcn32s.crop"),
        ):
            page = browser.get(path).text

            for bad in ("<script>alert", "<img src=x", "</pre><img", 'onerror="', "\x1b", "\u202e", "\ud800"):
                assert bad not in page, (path, bad)
            assert "{{" not in page or "{{ 7*7 }}" in page
            assert not re.search(r"<(?:script|style)(?! src=| defer)[^>]*>[^<]", page)
            assert not re.search(r"\sstyle=|\son\w+=\"(?!.*&)", page.split("<main")[0])
