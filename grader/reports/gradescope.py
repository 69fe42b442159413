"""results.json: the grade for Gradescope's autograder.

All text is marked as plain text, so Gradescope renders none of it. Lines that a person must still judge are
there with 0 points and no status, so that the points possible add up to those of the assignment.
"""

from __future__ import annotations

import json
from typing import Any

from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.reports import words
from grader.reports.escape import printable

STATUS = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.BLOCKED: "failed"}
MARKS = {Outcome.PENDING: " (not assessed yet)", Outcome.ERROR: " (a person will look)"}


def render(grade: Grade) -> str:
    """The results as text, always valid JSON."""
    numbers = {part.id: n for n, part in enumerate(grade.parts, 1)}
    results = {
        "score": grade.score,
        "execution_time": round(grade.provenance.seconds, 1),
        "output": printable(
            "\n\n".join(filter(None, (grade.submission.problem, words.headline(grade), *grade.notes)))
        ),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(check, numbers[check.part], n) for n, check in _numbered(grade)],
        "extra_data": {
            "pending": grade.pending,
            "seed": grade.provenance.seed,
            "submission_sha256": grade.provenance.submission_sha256,
            "rubric_sha256": grade.provenance.rubric_sha256,
            "grader": grade.provenance.grader,
        },
    }
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def _numbered(grade: Grade) -> list[tuple[int, ScoredCheck]]:
    own = ([check for check in grade.checks if check.part == part.id] for part in grade.parts)
    return [(n, check) for checks in own for n, check in enumerate(checks, 1)]


def _test(check: ScoredCheck, part: int, line: int) -> dict[str, Any]:
    status = {"status": STATUS[check.outcome]} if check.outcome in STATUS else {}
    return {
        "number": f"{part}.{line}",
        "name": check.title + MARKS.get(check.outcome, ""),
        "score": check.score,
        "max_score": check.max_score,
        **status,
        "output": printable(words.details(check)),
        "visibility": "visible",
        "extra_data": {"id": check.id, "outcome": check.outcome.value},
    }
