from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader import profiles
from grader.records.grade import Grade, Marked, Outcome
from grader.reports.gradescope import points, render
from grader.rubric import Line

VISIBILITY = {"enum": ["visible", "hidden", "after_due_date", "after_published"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEST = {
    "score": {"type": "number"},
    "max_score": {"type": "number"},
    "status": {"enum": ["passed", "failed"]},
    "name": {"type": "string"},
    "name_format": FORMAT,
    "number": {"type": "string"},
    "output": {"type": "string"},
    "output_format": FORMAT,
    "tags": {"type": "array", "items": {"type": "string"}},
    "visibility": VISIBILITY,
    "extra_data": {"type": "object"},
}
SPECIFICATION = {  # after Gradescope's own page on the autograder's output
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "tests"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": TEST,
                "required": ["name"],
            },
        },
        "leaderboard": {"type": "array"},
    },
}


def results(grade: Grade) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(grade), parse_constant=pytest.fail)
    return read


@pytest.mark.parametrize("which", ["grade", "unreadable", "perfect"])
def test_the_results_are_as_gradescope_specifies(which: str, request: pytest.FixtureRequest) -> None:
    """No key that it does not know, no value that it does not take."""
    Draft202012Validator(SPECIFICATION).validate(results(request.getfixturevalue(which)))


def test_points_add_up(grade: Grade) -> None:
    """The tests' scores are the score, and their possible points those that the run can award."""
    told = results(grade)

    assert sum(test["score"] for test in told["tests"]) == told["score"] == grade.score
    assert sum(test["max_score"] for test in told["tests"]) == grade.max_score - 10  # a written answer


@pytest.mark.parametrize("plan", ["none", "smoke"])
def test_the_number_to_type_is_what_the_tests_add_up_to(grade: Grade, plan: str) -> None:
    """Whatever the plan; without a run its lines are not there."""
    lines = tuple(Line(one.id, one.part, one.id, one.title, one.max_score) for one in grade.checks)
    told = results(replace(grade, provenance=replace(grade.provenance, training=plan)))
    ids = {test["extra_data"]["id"] for test in told["tests"]}

    assert sum(test["max_score"] for test in told["tests"]) == points(lines, plan)
    assert ("fcn32s.training_loss" in ids) == (plan != "none")


MARK = Marked(8.0, "Good.", "Tara", "2026-11-26T10:00:00Z", "", False, Outcome.PENDING, 0.0)


def test_a_persons_points_stay(grade: Grade) -> None:
    """An answer that was marked by hand is in the score, so it is among the tests."""
    marked = tuple(
        replace(one, score=8.0, mark=MARK) if one.id == "questions.question1" else one for one in grade.checks
    )
    told = results(replace(grade, checks=marked, score=grade.score + 8))

    assert sum(test["score"] for test in told["tests"]) == told["score"]


def test_the_rubric_without_training_and_answers_is_under_100() -> None:
    """What a package for the plan none can award."""
    lines = profiles.load().rubric.lines
    training = sum(line.points for line in lines if ".training" in line.id)

    assert points(lines, "smoke") == 80
    assert points(lines, "none") == pytest.approx(80 - training)


def test_only_verdicts_have_a_status(grade: Grade) -> None:
    """What was not judged is neither passed nor failed, and says so by name."""
    tests = {test["extra_data"]["id"]: test for test in results(grade)["tests"]}

    assert tests["fcn32s.build"]["status"] == "passed"
    assert tests["fcn8s.conv1"]["status"] == "failed"
    assert "status" not in tests["fcn32s.training_loss"]
    assert tests["fcn32s.training_loss"]["name"] == "The loss falls (not assessed yet)"
    assert "status" not in tests["cam.maps"]
    assert tests["cam.maps"]["name"] == "The maps are right (a person will look)"


def test_numbers_are_those_of_the_rubric(grade: Grade) -> None:
    """Part and line, counted from 1."""
    assert [test["number"] for test in results(grade)["tests"]][:6] == [
        "1.1",
        "1.2",
        "1.3",
        "1.4",
        "2.1",
        "2.2",
    ]


def test_a_students_words_are_plain_text(grade: Grade) -> None:
    """No format that would render them, no control character, nothing hidden that hides the total."""
    told = results(grade)

    assert {told["output_format"], told["test_output_format"], told["test_name_format"]} == {"text"}
    assert {test["visibility"] for test in told["tests"]} == {"visible"}
    assert "\x1b" not in told["tests"][2]["output"]
    assert "The crop starts at 18, it must start at 19" in told["tests"][1]["output"]


def test_an_unreadable_submission_says_why(unreadable: Grade) -> None:
    """The reason stands on top."""
    assert results(unreadable)["output"].startswith("The zip file is damaged")
