from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.records.grade import Grade
from grader.reports.classroom50 import render

STRING = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
SPECIFICATION = {  # classroom50/result/v1: closed at the top, open for diagnostics in a test
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release",
        "review", "datetime", "score", "max-score", "tests",
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": STRING,
        "assignment": STRING,
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "owner": STRING,
        "submission": {"type": "string", "pattern": "^submit/"},
        "commit": STRING,
        "release": STRING,
        "review": STRING,
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": COUNT,
        "max-score": COUNT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": STRING, "passed": {"type": "boolean"}, "score": COUNT, "max-score": COUNT,
                },
            },
        },
    },
}  # fmt: skip
RUNNER = {
    "CLASSROOM": "vision",
    "ASSIGNMENT": "a3",
    "ASSIGNMENT_TYPE": "group",
    "USERNAME": "eve",
    "SUBMISSION_TAG": "submit/2026-a1b2c3d",
    "COMMIT_URL": "https://github.com/x/y/commit/a1",
    "RELEASE_URL": "https://github.com/x/y/releases/tag/z",
    "REVIEW_URL": "",
}


def result(grade: Grade, environment: dict[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(grade, environment, datetime(2026, 11, 20, tzinfo=UTC)))
    return read


@pytest.mark.parametrize("environment", [RUNNER, {}])
@pytest.mark.parametrize("which", ["grade", "unreadable", "perfect"])
def test_the_result_is_as_specified(
    which: str, environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    """Under its runner and outside of it."""
    Draft202012Validator(SPECIFICATION).validate(result(request.getfixturevalue(which), environment))


def test_the_runner_says_what_was_graded(grade: Grade) -> None:
    """Identity comes from the environment; the review is the commit where there is no other."""
    told = result(grade, RUNNER)

    assert (told["classroom"], told["assignment"], told["submission"]) == (
        "vision",
        "a3",
        "submit/2026-a1b2c3d",
    )
    assert (told["owner"], told["assignment_type"]) == ("eve", "group")
    assert told["review"] == told["commit"] == "https://github.com/x/y/commit/a1"


def test_points_are_whole_hundredths(grade: Grade) -> None:
    """Nothing is lost to rounding: the tests add up to the score."""
    told = result(grade, RUNNER)

    assert (told["score"], told["max-score"]) == (250, 2000)
    assert sum(test["score"] for test in told["tests"]) == told["score"]
    assert sum(test["max-score"] for test in told["tests"]) == told["max-score"]
