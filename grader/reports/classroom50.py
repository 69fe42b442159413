"""result.json: the grade for Classroom 50, schema `classroom50/result/v1`.

Its points are whole numbers, ours are not: it gets hundredths, 100 points are 10,000.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime

from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.reports import words
from grader.reports.escape import printable

SCHEMA = "classroom50/result/v1"
UNKNOWN = "unknown"  # outside of its runner; the runner checks these, and stamps owner, type and time itself


def render(grade: Grade, environment: Mapping[str, str] = os.environ, now: datetime | None = None) -> str:
    """The result as text; who and what was graded stands in the environment that the runner sets."""

    def told(name: str, default: str = UNKNOWN) -> str:
        return environment.get(name) or default

    commit = told("COMMIT_URL")
    result = {
        "schema": SCHEMA,
        "classroom": told("CLASSROOM"),
        "assignment": told("ASSIGNMENT"),
        "assignment_type": told("ASSIGNMENT_TYPE", "individual"),
        "owner": told("OWNER", told("USERNAME", printable(grade.student) or UNKNOWN)),
        "submission": told("SUBMISSION_TAG", f"submit/{UNKNOWN}"),
        "commit": commit,
        "release": told("RELEASE_URL"),
        "review": told("REVIEW_URL", commit),
        "datetime": (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": _hundredths(grade.score),
        "max-score": _hundredths(grade.max_score),
        "tests": [_test(check) for check in grade.checks],
    }
    return json.dumps(result, indent=1) + "\n"


def _test(check: ScoredCheck) -> dict[str, object]:
    return {
        "test-name": check.id,
        "passed": check.outcome is Outcome.PASSED,
        "score": _hundredths(check.score),
        "max-score": _hundredths(check.max_score),
        "outcome": check.outcome.value,
        "message": printable(words.details(check)),
    }


def _hundredths(points: float) -> int:
    return round(points * 100)
