"""Item analysis, shared causes and spreads of a class."""

from __future__ import annotations

import pytest

from grader.classroom.statistics import Row, clusters, items, spreads
from grader.records.grade import Grade, Outcome
from tests.grader.a_class import ERROR, FAILED, PASSED, check, grade, graded, row


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
    """The most frequent first, whatever names of their own students used."""
    rows = [
        row("a", graded("a", crop=FAILED, why="the layer 'upA' has stride 2")),
        row("b", graded("b", crop=FAILED, why="the layer 'my_up' has stride 2")),
        row("c", graded("c", maps=FAILED, why="inverted")),
        row("d"),
        row("e", None, "crashed"),
    ]

    first, second = clusters(rows)
    assert (first.cause, first.checks, first.names) == (
        "the layer ... has stride 2",
        ("fcn32s.crop",),
        ("a", "b"),
    )
    assert (second.cause, second.names) == ("inverted", ("c",))


def test_one_cause_that_costs_two_lines_is_one_cluster() -> None:
    """It names both lines."""
    (cluster,) = clusters([row("a", graded("a", crop=FAILED, maps=FAILED, why="no file"))])

    assert cluster.checks == ("cam.maps", "fcn32s.crop")


def test_scores_are_spread_over_tenths_of_the_assessed_points() -> None:
    """Full marks are in the last tenth, zero in the first; parts that are only pending have no spread."""
    grades = [graded("a"), graded("b", crop=FAILED), graded("c", crop=FAILED, maps=FAILED)]

    whole, *parts = spreads(grades)
    assert whole.tenths == (1, 0, 0, 0, 0, 0, 1, 0, 0, 1)
    assert (whole.mean, whole.median, whole.max_score) == (pytest.approx(8 / 3), 3.0, 5.0)
    assert [part.title for part in parts] == ["Part 1: FCN-32s", "Part 4: CAM"]
    assert sum(parts[0].tenths) == 3


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
        (grade("a", problem="it is empty"), "can't be read: it is empty"),
    ],
)
def test_a_person_looks_where_the_grader_could_not(one: Grade, words: str) -> None:
    """A fault is the student's, not a reason to look."""
    assert row("a", one).look == words


def test_without_a_grade_the_problem_is_the_reason() -> None:
    """Such as a crash."""
    assert isinstance(row("a", None, "crashed"), Row)
    assert row("a", None, "crashed").look == "crashed"
