from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from grader import profiles
from grader.records.grade import CheckResult, Grade, Outcome
from grader.records.reason import Cause, Place, Reason
from grader.records.submission import Epoch, SavedEvidence, TrainingRun
from grader.reports.json import from_dict, render, to_dict, validator
from grader.scoring import score, total
from tests.share import examples

words = st.text(st.characters(), max_size=20)
figures = st.floats(0, 1) | st.just(math.inf)
places = st.none() | st.builds(Place, words, st.integers(1, 99), words)
ids = st.from_regex(r"[a-z0-9_]{1,9}(\.[a-z0-9_]{1,9}){0,2}", fullmatch=True)
parameters = st.dictionaries(
    st.from_regex(r"[a-z_]{1,9}", fullmatch=True).filter(lambda name: name not in ("id", "also")),
    words | st.integers(-99, 99) | st.floats(0, 1) | st.booleans(),
    max_size=3,
)
faults = st.builds(Cause, ids, parameters)
causes = st.none() | faults | st.builds(Cause, ids, parameters, st.tuples(faults, faults))


reasons = st.builds(Reason, words, words, words, words, places, causes)


@st.composite
def results(draw: st.DrawFn) -> dict[str, CheckResult]:
    chosen = draw(st.lists(st.sampled_from(profiles.load().rubric.lines), max_size=6, unique=True))
    return {
        line.id: CheckResult(
            line.id,
            draw(st.sampled_from(Outcome)),
            draw(reasons),
            draw(st.floats(0, 9)),
        )
        for line in chosen
    }


def stored(grade: Grade) -> Grade:
    return from_dict(json.loads(render(grade)))


def test_the_report_has_the_shape_that_others_rely_on(grade: Grade) -> None:
    """Keys and their order are the interface."""
    report = json.loads(render(grade))

    assert list(report) == [
        "schema", "student", "score", "max_score", "pending", "complete", "profile", "late", "parts",
        "checks", "notes", "evidence", "provenance",
    ]  # fmt: skip
    assert report["schema"] == 1
    assert list(report["parts"][0]) == ["id", "title", "score", "max_score", "pending"]
    assert list(report["checks"][0]) == [
        "id", "part", "title", "outcome", "score", "max_score", "rationale", "help", "expected", "actual",
        "where", "cause", "mark", "seconds",
    ]  # fmt: skip
    assert report["checks"][1]["where"] == {
        "label": "cell 9",
        "line": 4,
        "code": "return h[:, :, 18:18 + x.size(2)]",
    }
    assert report["checks"][0]["where"] is report["checks"][0]["cause"] is None
    assert report["checks"][1]["cause"] == {"id": "crop.offset", "got": 18, "want": 19}
    assert {
        "submission_sha256", "grader", "rubric_sha256", "seed", "torch", "device", "isolation", "seconds",
    } <= set(report["provenance"])  # fmt: skip


def test_the_evidence_is_there_without_the_pictures(grade: Grade) -> None:
    """Logs, answers, predictions, figures by name, what was dropped and the file that was taken."""
    evidence = json.loads(render(grade))["evidence"]

    assert evidence["source"] == "assignment3.ipynb"
    assert evidence["figures"] == [{"label": "cell 15", "part": "fcn32s", "width": 1, "height": 1}]
    assert [picture["reference"] for picture in evidence["pictures"]] == [False, True]
    assert evidence["dropped"][0]["reason"] == "a shell command"
    assert evidence["answers"][0]["text"] == grade.submission.saved.answers[0].text


def test_json_has_no_nan(grade: Grade) -> None:
    """A loss that a log gives as NaN is null, and comes back as NaN."""
    assert (
        json.loads(render(grade), parse_constant=pytest.fail)["evidence"]["runs"][0]["epochs"][1]["loss"]
        is None
    )
    assert math.isnan(stored(grade).submission.saved.runs[0].epochs[1].loss)


def test_what_is_not_a_report_is_refused(grade: Grade) -> None:
    """Wrong outcome, wrong version, missing and unknown keys."""
    good = to_dict(grade)
    for broken in (
        {**good, "schema": 2},
        {**good, "extra": 1},
        {key: value for key, value in good.items() if key != "pending"},
        {**good, "score": -1},
        {**good, "checks": [{**good["checks"][0], "outcome": "fine"}]},
        {**good, "provenance": {**good["provenance"], "seed": "7"}},
    ):
        with pytest.raises(ValidationError):
            from_dict(broken)


def test_the_schema_is_one() -> None:
    """The schema itself is valid JSON Schema, and no object in it is open to values of any kind."""
    schema = validator().schema
    Draft202012Validator.check_schema(schema)

    def closed(node: Any) -> bool:
        if isinstance(node, list):
            return all(map(closed, node))
        if not isinstance(node, dict):
            return True
        return ("properties" not in node or node.get("additionalProperties", True) is not True) and all(
            map(closed, node.values())
        )

    assert closed(schema)


def test_unreadable_submissions_have_a_report_too(unreadable: Grade) -> None:
    """The reason is in it."""
    assert stored(unreadable).submission.problem == unreadable.submission.problem


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(40)
)
@given(results(), words, st.lists(words, max_size=2), st.lists(figures, min_size=3, max_size=3))
def test_a_report_round_trips(
    grade: Grade, results: dict[str, CheckResult], name: str, notes: list[str], numbers: list[float]
) -> None:
    """report.json holds the whole grade but for pictures and sources, whatever the words in it."""
    parts, checks = score(profiles.load().rubric, results)
    saved = SavedEvidence(runs=(TrainingRun(name, "", False, (Epoch(*numbers),), numbers[0]),))
    told = replace(
        grade,
        student=name,
        score=total(part.score for part in parts),
        parts=parts,
        checks=checks,
        notes=tuple(notes),
        pictures=(),
        submission=replace(grade.submission, name=name, saved=saved, texts={}, notes=()),
    )
    again = stored(told)

    assert to_dict(again) == to_dict(told)
    assert replace(again, submission=told.submission) == told
