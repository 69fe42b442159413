"""Who reads: a TA sees everything, a student what is wrong and how to see it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from grader.records.grade import Grade, ScoredCheck


def for_student(grade: Grade) -> Grade:
    """The grade without the reference's values and pictures; points, reasons and comments stay.

    What a file claims is left out too, and what a log is beside runs that were computed: how far it is from
    them is for people who can ask.
    """
    saved = grade.submission.saved
    runs = tuple(replace(run, beside="") for run in saved.runs)
    typed = PurePath(grade.submission.typed).name  # not where it lies on our machine
    return replace(
        grade,
        submission=replace(grade.submission, typed=typed, saved=replace(saved, claims=(), runs=runs)),
        checks=tuple(map(_for_student, grade.checks)),
        pictures=tuple(picture for picture in grade.pictures if not picture.reference),
    )


def _for_student(check: ScoredCheck) -> ScoredCheck:
    """Whoever marked it speaks for the course."""
    mark = replace(check.mark, by="") if check.mark else None
    return replace(check, reason=replace(check.reason, expected=""), mark=mark)


def for_ta(grade: Grade) -> Grade:
    """The whole grade."""
    return grade
