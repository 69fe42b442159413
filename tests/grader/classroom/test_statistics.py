"""Item analysis, shared causes and spreads of a class."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.classroom.statistics import Row, clusters, items, spreads
from grader.records.grade import Grade, Outcome
from grader.records.submission import Submission
from tests.grader.a_class import ERROR, FAILED, PASSED, answered, check, grade, graded, key, row


def test_a_line_is_as_hard_as_its_points_are_lost() -> None:
    """Share of points earned, and by how many lost."""
    line = items([graded("a", crop=FAILED), graded("b"), graded("c"), graded("d")])[0]

    assert (line.id, line.assessed, line.lost, line.earned) == ("fcn32s.crop", 4, 1, 0.75)


def test_what_was_not_assessed_is_no_item() -> None:
    """Pending lines say nothing; a line in error is left out for that submission."""
    found = {line.id: line.assessed for line in items([graded("a", maps=ERROR), graded("b")])}

    assert found == {"fcn32s.crop": 2, "cam.maps": 1}


@pytest.mark.parametrize(
    ("crops", "maps", "expected"),
    [
        ((PASSED, FAILED), (PASSED, FAILED), 1.0),
        ((PASSED, FAILED), (FAILED, PASSED), -1.0),
        ((PASSED, PASSED), (PASSED, FAILED), None),
    ],
)
def test_discrimination_is_the_correlation_with_all_other_points(
    crops: tuple[Outcome, ...], maps: tuple[Outcome, ...], expected: float | None
) -> None:
    """The line itself is not counted on the other side; where all earn the same there is none."""
    line = items([graded("x", crop, one) for crop, one in zip(crops, maps, strict=True)])[0]

    assert line.discrimination == (None if expected is None else pytest.approx(expected))


def test_one_submission_discriminates_nothing() -> None:
    """A correlation needs two."""
    assert [line.discrimination for line in items([graded("a")])] == [None, None]


def test_an_unreadable_submission_says_nothing_of_lines_and_causes() -> None:
    """It would make every line look hard, and its own name a cause."""
    lost = (check("fcn32s.crop", FAILED, 2, "empty"), check("cam.maps", FAILED, 3, "empty"))
    unreadable = grade("x", *lost, problem="empty")

    assert [line.lost for line in items([unreadable, graded("a")])] == [0, 0]
    assert clusters([row("x", unreadable)]) == ()


def test_submissions_with_one_cause_are_one_cluster() -> None:
    """The most frequent first; a line without a cause is known by its words, less the student's own."""
    odd = check("fcn32s.pools", FAILED, 1, "the layer 'upA' is odd")
    odd = replace(odd, reason=replace(odd.reason, cause=None))
    rows = [
        row("a", graded("a", crop=FAILED, why="stride 2")),
        row("b", graded("b", crop=FAILED, why="stride 2")),
        row("f", grade("f", odd)),
        row("c", graded("c", maps=FAILED, why="inverted")),
        row("d"),
        row("e", None, "crashed"),
    ]

    first, second, third = clusters(rows)
    assert (first.cause, first.said, first.checks) == (key("stride 2"), "stride 2", ("fcn32s.crop",))
    assert ([entry.name for entry in first.entries], first.points) == (["a", "b"], 2.0)
    assert (second.cause, [entry.name for entry in second.entries]) == (key("inverted"), ["c"])
    assert third.cause == "the layer ... is odd"


def test_one_cause_that_costs_two_lines_is_one_cluster() -> None:
    """It names both lines."""
    (cluster,) = clusters([row("a", graded("a", crop=FAILED, maps=FAILED, why="no file"))])

    assert cluster.checks == ("cam.maps", "fcn32s.crop")


def test_scores_are_spread_over_tenths_of_the_assessed_points() -> None:
    """Full marks are in the last tenth, zero in the first; parts that are only pending have no spread."""
    grades = [graded("a"), graded("b", crop=FAILED), graded("c", crop=FAILED, maps=FAILED)]

    whole, *parts = spreads(grades)
    assert whole.tenths == (1, 0, 0, 0, 0, 0, 1, 0, 0, 1)
    assert whole.mean == pytest.approx(8 / 15)
    assert (whole.count, whole.median, whole.points) == (3, 0.6, 5.0)
    assert [part.title for part in parts] == ["Part 1: FCN-32s", "Part 4: CAM"]
    assert sum(parts[0].tenths) == 3


def test_while_people_mark_a_part_counts_those_that_are_marked() -> None:
    """What is not assessed is no zero; where the assessed points differ there is no one number of them."""
    whole, _, questions, _ = spreads([graded("a"), answered(graded("b"), 8.0)])

    assert (questions.title, questions.count, questions.mean) == ("Part 3: Questions", 1, 0.8)
    assert (whole.count, whole.points) == (2, None)


def test_an_empty_class_has_no_spread() -> None:
    """Nothing to divide by."""
    assert spreads([]) == ()
    assert items([]) == ()


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (graded("a"), ""),
        (graded("a", crop=FAILED), ""),
        (graded("a", maps=ERROR), "1 line could not be judged"),
        (graded("a", crop=ERROR, maps=ERROR), "2 lines could not be judged"),
        (
            replace(graded("a"), submission=Submission("a", "", problem="it is empty")),
            "can't be read: it is empty",
        ),
        (answered(replace(graded("a"), submission=Submission("a", "", problem="it is empty")), 0), ""),
    ],
)
def test_a_person_looks_where_the_grader_could_not(one: Grade, words: str) -> None:
    """A fault is the student's, not a reason to look."""
    assert row("a", one).look == words


def test_without_a_grade_the_problem_is_the_reason() -> None:
    """Such as a crash."""
    assert isinstance(row("a", None, "crashed"), Row)
    assert row("a", None, "crashed").look == "crashed"
