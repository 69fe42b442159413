from __future__ import annotations

from dataclasses import replace

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


def test_what_a_log_is_beside_computed_runs_is_for_the_ta(grade: Grade) -> None:
    """Whoever can ask."""
    saved = grade.submission.saved
    runs = tuple(replace(run, beside="Not a run from zeros.") for run in saved.runs)
    said = replace(grade, submission=replace(grade.submission, saved=replace(saved, runs=runs)))

    assert runs and "Not a run from zeros." in RENDERERS["report.html"](said)
    for render in RENDERERS.values():
        assert "Not a run from zeros." not in render(for_student(said))
