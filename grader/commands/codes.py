"""Exit codes: what a shell or a CI job may rely on."""

from __future__ import annotations

from grader.records.grade import Grade, Outcome
from grader.scoring import assessed

GRADED, LOOK, WRONG_CALL = 0, 1, 2


def exit_code(grade: Grade | None, fail_under: float | None = None) -> int:
    """1 where a person must look (no grade, a line in error, under `fail_under` percent), else 0."""
    if grade is None or any(check.outcome is Outcome.ERROR for check in grade.checks):
        return LOOK
    return (
        LOOK if fail_under is not None and grade.score < assessed(grade.checks) * fail_under / 100 else GRADED
    )
