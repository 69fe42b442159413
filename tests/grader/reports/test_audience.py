from __future__ import annotations

from grader.records.grade import Grade
from grader.reports import AUDIENCES, RENDERERS
from grader.reports.audience import for_student


def test_a_student_sees_no_value_of_the_reference(grade: Grade) -> None:
    """In no format: what was expected is not there, what was found and why it is wrong are."""
    told = for_student(grade)
    for name, render in RENDERERS.items():
        assert "rows and columns from 19" not in render(told), name
        assert "The crop starts at 18" in " ".join(render(told).replace("&#44;", ",").split()), name


def test_a_student_keeps_points_and_own_pictures(grade: Grade) -> None:
    """Only the reference is left out."""
    told = for_student(grade)

    assert (told.score, told.parts) == (grade.score, grade.parts)
    assert [picture.reference for picture in told.pictures] == [False]
    assert [check.reason.actual for check in told.checks] == [check.reason.actual for check in grade.checks]


def test_a_ta_sees_everything(grade: Grade) -> None:
    """The whole grade, as it is."""
    assert AUDIENCES["ta"](grade) is grade
    assert AUDIENCES["student"](grade) == for_student(grade)
