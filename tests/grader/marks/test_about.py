"""A mark is asked for again when what it was about has changed, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.marks.about import about
from grader.marks.merge import merge
from grader.marks.standing import standing
from grader.records.grade import Grade, Outcome
from grader.records.submission import Answer, SavedEvidence, Submission
from tests.grader.a_class import FAILED, graded
from tests.grader.marks.test_standing import log, mark


def answered(text: str, grade: Grade | None = None, question: int = 1) -> Grade:
    saved = SavedEvidence(answers=(Answer(question, "cell 3", text),))
    return replace(grade or graded("x"), submission=Submission("x", "ab", saved=saved))


def of(grade: Grade, line: str) -> str:
    return next(about(grade, check) for check in grade.checks if check.id == line)


def test_an_answer_is_its_words() -> None:
    """Not where it stands, how it is wrapped, or how its letters are composed; not the other question's."""
    question = "questions.question1"
    first = of(answered("Gradients caf\u00e9\n vanish."), question)

    assert of(answered(" Gradients cafe\u0301 vanish. "), question) == first
    assert of(answered("Gradients explode."), question) != first
    assert of(graded("x"), question) != first
    assert of(answered("Gradients explode.", question=2), question) == of(graded("x"), question)


def test_a_resubmission_with_the_same_answer_keeps_its_mark() -> None:
    """Other files, the same words."""
    one = answered("x")
    other = replace(one, provenance=replace(one.provenance, submission_sha256="other"))

    assert of(one, "questions.question1") == of(other, "questions.question1")
    assert of(one, "cam.maps") != of(other, "cam.maps")


def test_a_number_in_a_name_is_no_question() -> None:
    """A course's own line is about the files: nothing here reads what was written for it."""
    line = replace(graded("x").checks[0], id="theory.fc7", part="theory", outcome=Outcome.PENDING)
    one = replace(graded("x"), checks=(line,))
    other = replace(one, provenance=replace(one.provenance, submission_sha256="other"))

    assert of(one, line.id) != of(other, line.id)


@pytest.mark.parametrize(
    "other", [graded("x"), graded("x", crop=FAILED, why="17"), graded("x", crop=Outcome.BLOCKED, why="18")]
)
def test_a_line_is_its_verdict(other: Grade) -> None:
    """Passed now, or another cause, or another outcome."""
    assert of(other, "fcn32s.crop") != of(graded("x", crop=FAILED, why="18"), "fcn32s.crop")


def test_seed_and_time_are_not_part_of_it() -> None:
    """A regrading that says the same asks nobody again."""
    one = graded("x", crop=FAILED, why="18")
    other = replace(one, provenance=replace(one.provenance, seed=99, seconds=1.0, grader="9"))

    assert of(one, "fcn32s.crop") == of(other, "fcn32s.crop")


def test_a_marked_line_is_about_what_it_was_before() -> None:
    """Whoever marks it again, with a mark on it, saw the grader's verdict."""
    one = graded("alice", crop=FAILED, why="18")
    marked = merge(one, standing(log(mark(2, "fcn32s.crop"))), "alice")

    assert marked.checks[0].outcome is Outcome.PASSED
    assert of(marked, "fcn32s.crop") == of(one, "fcn32s.crop")
