"""report.json: the grade as data, the one report that all others can be made from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from grader.profiles.profile import DEFAULT, name_of
from grader.records.grade import Grade, Lateness, Marked, Outcome, PartScore, Picture, Provenance, ScoredCheck
from grader.records.reason import Cause, Place, Reason
from grader.records.submission import (
    Answer,
    Claim,
    Dropped,
    Epoch,
    Figure,
    Prediction,
    SavedEvidence,
    Slice,
    Submission,
    TrainingRun,
)

SCHEMA = 1
Json = dict[str, Any]


def render(grade: Grade) -> str:
    """The report as text; raises jsonschema.ValidationError where it breaks the schema."""
    report = to_dict(grade)
    validator().validate(report)
    return json.dumps(report, indent=1, allow_nan=False) + "\n"


@cache
def validator() -> Draft202012Validator:
    """Validates what stands in a report.json."""
    return Draft202012Validator(json.loads(Path(__file__).with_name("report.schema.json").read_text("utf-8")))


def to_dict(grade: Grade) -> Json:
    """The report as plain values; pictures are named, their bytes are left to the HTML."""
    return {
        "schema": SCHEMA,
        "student": grade.student,
        "score": grade.score,
        "max_score": grade.max_score,
        "pending": grade.pending,
        "complete": grade.complete,
        "profile": name_of(grade.profile),
        "late": asdict(grade.late) if grade.late else None,
        "parts": [asdict(part) for part in grade.parts],
        "checks": [_check(check) for check in grade.checks],
        "notes": list(grade.notes),
        "evidence": _evidence(grade),
        "provenance": asdict(grade.provenance),
    }


def from_dict(report: Mapping[str, Any]) -> Grade:
    """The grade that a report was made of, without what stays out of it: pictures' bytes and sources.

    Raises jsonschema.ValidationError for anything but a valid report.
    """
    validator().validate(report)
    evidence, provenance = report["evidence"], Provenance(**report["provenance"])
    submission = Submission(
        name=report["student"],
        sha256=provenance.submission_sha256,
        source=evidence["source"],
        slice=Slice(dropped=tuple(Dropped(**entry) for entry in evidence["dropped"])),
        saved=_saved(evidence),
        problem=evidence["problem"],
    )
    return Grade(
        student=report["student"],
        score=report["score"],
        max_score=report["max_score"],
        pending=report["pending"],
        parts=tuple(PartScore(**entry) for entry in report["parts"]),
        checks=tuple(_check_from(entry) for entry in report["checks"]),
        notes=tuple(report["notes"]),
        submission=submission,
        pictures=tuple(Picture(**entry, png=b"") for entry in evidence["pictures"]),
        provenance=provenance,
        late=Lateness(**report["late"]) if report["late"] else None,
        profile=report.get("profile", DEFAULT),
    )


def _evidence(grade: Grade) -> Json:
    submission, saved = grade.submission, grade.submission.saved
    return {
        "source": submission.source,
        "problem": submission.problem,
        "has_outputs": saved.has_outputs,
        "runs": [_run(run) for run in saved.runs],
        "figures": [_but(figure, "png") for figure in saved.figures],
        "predictions": [
            {**asdict(one), "probability": _finite(one.probability)} for one in saved.predictions
        ],
        "claims": [asdict(claim) for claim in saved.claims],
        "answers": [_but(answer, "markdown") for answer in saved.answers],
        "dropped": [asdict(dropped) for dropped in submission.slice.dropped],
        "pictures": [_but(picture, "png") for picture in grade.pictures],
    }


def _run(run: TrainingRun) -> Json:
    return {
        "label": run.label,
        "model": run.model,
        "pretrained": run.pretrained,
        "epochs": [{key: _finite(value) for key, value in asdict(epoch).items()} for epoch in run.epochs],
        "test_accuracy": _finite(run.test_accuracy),
        "test_mean_iou": _finite(run.test_mean_iou),
        "beside": run.beside,
    }


def _but(one: Answer | Figure | Picture, left_out: str) -> Json:
    return {field.name: getattr(one, field.name) for field in fields(one) if field.name != left_out}


def _finite(value: float | None) -> float | None:
    """JSON has no NaN; a student's log may."""
    return value if value is not None and math.isfinite(value) else None


def _saved(evidence: Mapping[str, Any]) -> SavedEvidence:
    return SavedEvidence(
        has_outputs=evidence["has_outputs"],
        runs=tuple(_run_from(entry) for entry in evidence["runs"]),
        figures=tuple(Figure(**entry, png=b"") for entry in evidence["figures"]),
        predictions=tuple(Prediction(**_numbers(entry)) for entry in evidence["predictions"]),
        answers=tuple(Answer(**entry) for entry in evidence["answers"]),
        claims=tuple(Claim(**entry) for entry in evidence.get("claims", ())),
    )


def _run_from(entry: Mapping[str, Any]) -> TrainingRun:
    return TrainingRun(**{**entry, "epochs": tuple(Epoch(**_numbers(epoch)) for epoch in entry["epochs"])})


def _numbers(entry: Mapping[str, Any]) -> Json:
    return {key: math.nan if value is None else value for key, value in entry.items()}


def _check(check: ScoredCheck) -> Json:
    reason = check.reason
    told = {
        "rationale": reason.text,
        "help": reason.help,
        "expected": reason.expected,
        "actual": reason.actual,
        "where": _where(reason.place),
        "cause": _cause(reason.cause) if reason.cause else None,
    }
    rest = asdict(check)
    mark, seconds = rest.pop("mark"), rest.pop("seconds")
    del rest["reason"]
    return {**rest, **told, "mark": mark, "seconds": seconds}


def _where(place: Place | None) -> dict[str, Any] | None:
    return {"label": place.label, "line": place.line, "code": place.code} if place else None


def _cause(cause: Cause) -> Json:
    also = {"also": [_cause(one) for one in cause.also]} if cause.also else {}
    return {"id": cause.id, **cause.parameters, **also}


def _check_from(entry: Mapping[str, Any]) -> ScoredCheck:
    place, cause = entry["where"], entry["cause"]
    reason = Reason(
        text=entry["rationale"],
        help=entry["help"],
        expected=entry["expected"],
        actual=entry["actual"],
        place=Place(**place) if place else None,
        cause=_cause_from(cause) if cause else None,
    )
    own = {key: entry[key] for key in ("id", "part", "title", "score", "max_score", "seconds")}
    mark = _mark_from(entry["mark"]) if entry["mark"] else None
    return ScoredCheck(**own, outcome=Outcome(entry["outcome"]), reason=reason, mark=mark)


def _mark_from(entry: Mapping[str, Any]) -> Marked:
    return Marked(**{**entry, "outcome": Outcome(entry["outcome"])})


def _cause_from(entry: Mapping[str, Any]) -> Cause:
    parameters = {key: value for key, value in entry.items() if key not in ("id", "also")}
    return Cause(entry["id"], parameters, tuple(_cause_from(one) for one in entry.get("also", ())))
