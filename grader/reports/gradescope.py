"""results.json: the grade for Gradescope's autograder.

All text is marked as plain text, so Gradescope renders none of it. The tests are the lines that this run can
award, so that their points possible add up to the number that stands in Gradescope's settings: without the
written answers, which are a manual question there, and without the training run where the plan is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from grader.records.grade import Grade, Outcome, ScoredCheck
from grader.reports import assessed, words
from grader.reports.escape import printable
from grader.rubric import Line
from grader.scoring import by_a_person, total

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


def can_award(id: str, part: str, training: str) -> bool:
    """Whether a grading with this training plan can give the points of a line by itself."""
    return not by_a_person(part) and not (training == "none" and id.startswith(f"{part}.training"))


def points(lines: Iterable[Line], training: str) -> float:
    """The number to type as the autograder's points."""
    return total(line.points for line in lines if can_award(line.id, line.part, training))


def _numbered(grade: Grade) -> list[tuple[int, ScoredCheck]]:
    own = ([check for check in grade.checks if check.part == part.id] for part in grade.parts)
    numbered = [(n, check) for checks in own for n, check in enumerate(checks, 1)]
    plan = grade.provenance.training
    return [(n, check) for n, check in numbered if check.mark or can_award(check.id, check.part, plan)]


def _test(check: ScoredCheck, part: int, line: int) -> dict[str, Any]:
    status = {"status": STATUS[check.outcome]} if check.outcome in STATUS else {}
    return {
        "number": f"{part}.{line}",
        "name": check.title + MARKS.get(check.outcome, ""),
        "score": check.score,
        "max_score": check.max_score,
        **status,
        "output": printable("\n".join(filter(None, (assessed.mark(check), words.details(check))))),
        "visibility": "visible",
        "extra_data": {"id": check.id, "outcome": check.outcome.value},
    }
