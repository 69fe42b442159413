"""Two gradings of a class differ by named lines."""

from __future__ import annotations

from grader.classroom.compare import moves, verdict
from tests.grader.a_class import ERROR, FAILED, PASSED, answered, check, grade, graded


def test_equal_gradings_move_nobody() -> None:
    """Other seconds or seeds are no difference."""
    assert moves({"a": graded("a")}, {"a": graded("a")}) == ()


def test_a_line_that_is_lost_now_moves_a_student() -> None:
    """By its points, with what was said before and now."""
    (move,) = moves({"a": graded("a")}, {"a": graded("a", crop=FAILED, why="x")})

    assert (move.name, move.old, move.new, move.delta) == ("a", 5.0, 3.0, -2.0)
    assert [(line.id, line.delta) for line in move.lines] == [("fcn32s.crop", -2.0)]


def test_lines_that_cancel_out_are_shown() -> None:
    """The same score for other reasons is a difference too."""
    old = grade("a", check("cam.maps", PASSED, 2), check("cam.shape", FAILED, 2))
    new = grade("a", check("cam.maps", FAILED, 2), check("cam.shape", PASSED, 2))

    (move,) = moves({"a": old}, {"a": new})
    assert (move.delta, [line.delta for line in move.lines]) == (0.0, [-2.0, 2.0])


def test_an_outcome_that_changes_without_points_is_shown() -> None:
    """From a fault to a line that needs a person."""
    (move,) = moves({"a": graded("a", maps=FAILED)}, {"a": graded("a", maps=ERROR)})

    assert [line.id for line in move.lines] == ["cam.maps"]


def test_a_line_that_one_rubric_lacks_is_shown() -> None:
    """A rubric that grows changes scores."""
    old, new = grade("a", check("cam.maps", PASSED, 2)), grade("a", check("cam.shape", PASSED, 2))

    (move,) = moves({"a": old}, {"a": new})
    assert [(line.id, line.old is None, line.new is None) for line in move.lines] == [
        ("cam.maps", False, True),
        ("cam.shape", True, False),
    ]


def test_a_submission_that_one_grading_lacks_is_shown() -> None:
    """It gains and loses nothing."""
    new, old = moves({"a": graded("a")}, {"b": graded("b")})

    assert (new.name, new.old, new.new, old.old) == ("a", 5.0, None, None)
    assert new.delta == old.delta == 0.0


def test_the_largest_change_comes_first() -> None:
    """Up or down."""
    old = {name: graded(name) for name in "ab"}
    new = {"a": graded("a", crop=FAILED), "b": graded("b", maps=FAILED)}

    assert [move.name for move in moves(old, new)] == ["b", "a"]


def test_another_submission_is_told_apart_from_another_verdict() -> None:
    """The student's change, not the grader's."""
    old = grade("a", check("cam.maps", FAILED, 2), sha="1" * 64)
    new = grade("a", check("cam.maps", PASSED, 2), sha="2" * 64)

    assert moves({"a": old}, {"a": new})[0].resubmitted


def test_people_and_verdicts_are_compared_apart() -> None:
    """Marks that one grading lacks are no points that the grader took."""
    old, new = answered(graded("a"), 8), graded("a", crop=FAILED, why="x")

    (move,) = moves({"a": old}, {"a": new})
    assert (move.old, move.new, move.delta) == (5.0, 3.0, -2.0)
    assert [(mark.id, mark.new) for mark in move.marks] == [("questions.question1", None)]
    assert moves({"a": old}, {"a": answered(graded("a"), 8)}) == ()


def test_a_verdict_has_no_marks() -> None:
    """It is the grade as the grader judged it."""
    assert verdict(answered(graded("a"), 8)) == graded("a")
