"""What nobody has judged is no zero, and what people said stands beside what the grader found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.marks.entry import Entry, Mark
from grader.marks.merge import merge
from grader.marks.standing import standing
from grader.records.grade import Grade, Outcome
from grader.reports import RENDERERS, assessed, for_student
from tests.grader.a_class import ERROR, FAILED, answered, graded

QUESTION = "questions.question1"


def said(one: Grade, *marks: Mark) -> Grade:
    at = datetime(2026, 11, 26, tzinfo=UTC)
    return merge(one, standing([Entry(n, at, "Tara", mark) for n, mark in enumerate(marks, 1)]), "x")


def test_what_is_not_assessed_is_no_zero() -> None:
    """Neither a part of pending lines nor one in error has points; one that is wrong has none of its own."""
    one = graded("x", crop=FAILED, maps=ERROR)

    assert [assessed.score(one, part) for part in one.parts] == ["0", "–", "–"]
    assert [assessed.number_of(one, part) for part in one.parts] == ["2", "–", "–"]
    assert (assessed.score(one), assessed.of_assessed(one)) == ("0", "0 of 2 points assessed")
    assert assessed.of_assessed(answered(graded("x"), 8)) == "13 of 15 points"


def test_nothing_at_all_assessed_has_no_score() -> None:
    """As before any training and any reading."""
    assert assessed.score(graded("x", crop=ERROR, maps=Outcome.PENDING)) == "–"


@pytest.mark.parametrize(
    ("one", "left"),
    [
        (answered(graded("x"), 8), ""),
        (graded("x"), "1 line not assessed (10 points)"),
        (answered(graded("x", maps=ERROR), 8), "1 line that could not be judged (3 points)"),
        (
            said(graded("x"), Mark("x", QUESTION, 8.0, about="old")),
            "1 line not assessed (10 points), 1 mark out of date",
        ),
    ],
)
def test_what_is_left_for_people_is_the_last_word(one: Grade, left: str) -> None:
    """A terminal ends with it, or with the word that nothing is."""
    last = " ".join(RENDERERS["report.txt"](one).split("\n\n")[-1].split())

    assert assessed.left_for_people(one) == left
    assert last.endswith(
        f"Left for people: {left}." if left else "Complete: 13 of 15 points." if one.score == 13 else ""
    )


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (Mark("x", QUESTION, 8.0, "Why?"), "8 of 10 points by Tara: Why?"),
        (Mark("x", QUESTION, None, "Neat."), "Commented by Tara: Neat."),
        (
            Mark("x", "fcn32s.crop", 2.0, "Fine."),
            "2 of 2 points by Tara (the grader: failed, 0 points): Fine.",
        ),
        (
            Mark("x", QUESTION, 8.0, "Why?", "old"),
            "Out of date: what was marked has changed since: 8 of 10 points then. Why?",
        ),
    ],
)
def test_what_a_person_said_is_told(mark: Mark, words: str) -> None:
    """With the grader's own verdict where there is one, in every report that people read."""
    one = said(graded("x", crop=FAILED, why="w"), mark)
    (check,) = assessed.marked(one.checks)

    assert assessed.mark(check) == words
    for name in ("report.html", "report.txt", "summary.md"):
        assert mark.comment.rstrip("?.") in RENDERERS[name](one), name


def test_a_student_hears_what_was_said_and_not_by_whom() -> None:
    """Whoever marked it speaks for the course."""
    text = RENDERERS["report.html"](for_student(said(graded("x"), Mark("x", QUESTION, 8.0, "Good."))))

    assert "8 of 10 points: Good." in text and "Tara" not in text


def test_points_that_a_person_kept_are_no_fault() -> None:
    """8 of 10 stands under no heading of faults, and the headline says so."""
    text = RENDERERS["report.txt"](answered(graded("x"), 8))

    assert "Points lost" not in text and "fault" not in text
    assert "2 points were taken off by hand." in text
