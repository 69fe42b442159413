"""The grade as it counts: a person's word beside the grader's, exactly added up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.marks.about import about
from grader.marks.entry import Decision, Mark, What
from grader.marks.merge import merge
from grader.marks.standing import standing
from grader.records.grade import Grade, Outcome
from grader.records.reason import Cause
from grader.scoring import rescored
from tests.grader.a_class import ERROR, FAILED, PASSED, graded, key
from tests.grader.marks.test_standing import log

QUESTION, CROP, MAPS = "questions.question1", "fcn32s.crop", "cam.maps"


def merged(grade: Grade, *whats: What) -> Grade:
    return merge(grade, standing(log(*whats)), "alice")


def said(line: str, points: float | None, comment: str = "", about: str = "") -> Mark:
    return Mark("alice", line, points, comment, about)


def test_without_marks_the_grade_is_the_same() -> None:
    """Nor do others' marks touch it."""
    grade = graded("alice")

    assert merged(grade, Mark("bob", QUESTION, 3.0)) is grade


def test_a_mark_for_a_question_is_no_longer_pending() -> None:
    """Scores of line, part and whole add up; what is pending shrinks; 7.5 of 10 is no fault."""
    one = merged(graded("alice"), said(QUESTION, 7.5, "Good."))

    assert (one.score, one.pending, one.max_score, one.complete) == (12.5, 0.0, 15.0, True)
    assert [(part.score, part.pending) for part in one.parts] == [(2.0, 0.0), (7.5, 0.0), (3.0, 0.0)]
    assert one.checks[1].outcome is PASSED
    assert one.checks[1].mark is not None and one.checks[1].mark.comment == "Good."


def test_no_points_at_all_are_a_fault() -> None:
    """Nothing was answered."""
    assert merged(graded("alice"), said(QUESTION, 0.0)).checks[1].outcome is FAILED


def test_an_override_stands_beside_the_graders_own_verdict() -> None:
    """What was found is still told; what counts is the person's word."""
    line = merged(graded("alice", crop=FAILED, why="18, not 19"), said(CROP, 2.0, "Fine by me.")).checks[0]

    assert (line.outcome, line.score, line.reason.text) == (PASSED, 2.0, "18, not 19")
    assert line.mark is not None
    assert (line.mark.outcome, line.mark.score) == (FAILED, 0.0)
    assert (line.mark.by, line.mark.at, line.mark.comment) == (
        "ta",
        "2026-11-26T00:00:00+00:00",
        "Fine by me.",
    )


@pytest.mark.parametrize(
    ("own", "points", "outcome"),
    [
        (FAILED, 1.0, FAILED),
        (PASSED, 1.0, FAILED),
        (ERROR, 0.0, FAILED),
        (Outcome.BLOCKED, 1.0, Outcome.BLOCKED),
    ],
)
def test_points_taken_off_a_judged_line_are_a_fault(own: Outcome, points: float, outcome: Outcome) -> None:
    """A person found one, or left a part of the grader's."""
    assert merged(graded("alice", maps=own, why="w"), said(MAPS, points, "x")).checks[2].outcome is outcome


def test_an_override_settles_a_line_that_needed_a_person() -> None:
    """Afterwards nobody has to look."""
    one = graded("alice", maps=ERROR)
    assert not one.complete

    settled = merged(one, said(MAPS, 3.0, "Looked at it."), said(QUESTION, 10.0))
    assert (settled.checks[2].outcome, settled.score, settled.complete) == (PASSED, 15.0, True)


def test_a_comment_on_full_marks_is_kept() -> None:
    """Alone or with points; alone it judges nothing."""
    one = merged(graded("alice"), said(CROP, None, "Neat."), said(QUESTION, None, "See me."))

    assert one.checks[0].mark is not None and one.checks[0].mark.comment == "Neat."
    assert (one.score, one.pending) == (5.0, 10.0)


def test_a_mark_out_of_date_goes_back_into_the_queue_with_its_old_value() -> None:
    """The grader's own verdict counts until a person has looked again; the grade is not complete."""
    one = merged(graded("alice"), said(QUESTION, 8.0, "Good.", about="another answer"))

    assert (one.pending, one.complete) == (10.0, False)
    assert one.checks[1].mark is not None
    assert (one.checks[1].mark.stale, one.checks[1].mark.points) == (True, 8.0)
    judged = merged(graded("alice"), said(CROP, 0.0, "x", about="other"), said(QUESTION, 1.0))
    assert (judged.score, judged.complete) == (6.0, False)


def test_a_mark_about_what_is_still_there_counts() -> None:
    """Bound to the answer or the verdict as it is."""
    grade = graded("alice")
    fresh = said(QUESTION, 8.0, "", about(grade, grade.checks[1]))

    assert merged(grade, fresh).complete


def worth(grade: Grade, points: float) -> Grade:
    """The grade by a rubric that gives other points for the question."""
    lines = (grade.checks[0], replace(grade.checks[1], max_score=points), grade.checks[2])
    return rescored(replace(grade, max_score=5 + points), lines)


@pytest.mark.parametrize(("points", "of"), [(8.0, 5.0), (8.0, 20.0), (0.0, 20.0)])
def test_points_are_points_of_what_the_line_was_worth(points: float, of: float) -> None:
    """Where the course gives other points for it a person is asked again; nobody has 8 of 5."""
    grade = graded("alice")
    mark = said(QUESTION, points, "", about(grade, grade.checks[1]))
    one = merged(worth(grade, of), mark)

    assert (one.score, one.pending, one.complete) == (5.0, of, False)
    assert one.checks[1].mark is not None and one.checks[1].mark.stale
    assert merged(worth(one, 10.0), mark).complete


def test_nobody_has_less_than_nothing() -> None:
    """Whatever somebody wrote into the file by hand."""
    one = merged(graded("alice"), said(QUESTION, -5.0))

    assert (one.score, one.complete) == (5.0, False)
    assert one.checks[1].mark is not None and one.checks[1].mark.stale


def test_older_marks_count_as_long_as_they_can() -> None:
    """They tell what they are about, not of how many points; or nothing at all."""
    grade = graded("alice")
    older, unbound = about(grade, grade.checks[1]).partition("/")[0], ""

    for seen in (older, unbound):
        assert merged(worth(grade, 20.0), said(QUESTION, 8.0, "", seen)).complete
        assert not merged(worth(grade, 5.0), said(QUESTION, 8.0, "", seen)).complete


def test_words_fit_whatever_a_line_is_worth() -> None:
    """They give no points."""
    grade = graded("alice")
    one = merged(worth(grade, 20.0), said(QUESTION, None, "See me.", about(grade, grade.checks[1])))

    assert one.checks[1].mark is not None and not one.checks[1].mark.stale


def test_a_decision_is_a_mark_for_all_who_have_the_cause() -> None:
    """All points of the line, or as many as it says; others are not touched."""
    one, other = graded("alice", crop=FAILED, why="padding 150"), graded("alice", crop=FAILED, why="x")

    assert merged(one, Decision(key("padding 150"), comment="As last year.")).checks[0].score == 2.0
    assert merged(one, Decision(key("padding 150"), CROP, 0.5)).checks[0].score == 0.5
    assert merged(one, Decision(key("padding 150"), CROP, 99.0)).checks[0].score == 2.0
    assert merged(one, Decision(key("padding 150"), CROP, -9.0)).checks[0].score == 0.0
    assert merged(one, Decision(key("padding 150"), MAPS)) is one
    assert merged(other, Decision(key("padding 150"))) is other
    mark = merged(one, Decision(key("padding 150"), comment="As last year.")).checks[0].mark
    assert mark is not None and (mark.decision, mark.comment) == (key("padding 150"), "As last year.")


def test_a_line_with_two_causes_needs_two_decisions() -> None:
    """One of them accepted is not the other; the least points count."""
    one = graded("alice", crop=FAILED, why="p")
    both = replace(
        one.checks[0].reason, cause=Cause("made.up", {"why": "p"}, (Cause("made.up", {"why": "q"}),))
    )
    two = replace(one, checks=(replace(one.checks[0], reason=both), *one.checks[1:]))

    assert merged(two, Decision(key("p"))) is two
    assert merged(two, Decision(key("p")), Decision(key("q"), points=0.5)).checks[0].score == 0.5


def test_a_word_on_one_submission_is_stronger_than_a_decision() -> None:
    """A comment goes with it."""
    one, all_ = graded("alice", crop=FAILED, why="p"), Decision(key("p"), comment="All.")

    assert merged(one, all_, said(CROP, 1.0, "No.")).checks[0].score == 1.0
    line = merged(one, all_, said(CROP, None, "Hello.")).checks[0]
    assert line.mark is not None and (line.score, line.mark.comment) == (2.0, "Hello.")


def test_a_mark_for_a_line_that_is_gone_is_said() -> None:
    """The rubric changed under it."""
    one = merged(graded("alice"), said("cam.old", 1.0))

    assert one.score == 5.0
    assert one.notes == ("cam.old was marked by hand and is no line of this rubric.",)
