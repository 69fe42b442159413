"""Being late costs what the rubric says, and stands in a line of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader import profiles
from grader.classroom.handed_in import Entry
from grader.classroom.late import lateness
from grader.reports import RENDERERS, json
from grader.rubric import LatePolicy, Rubric
from grader.scoring import deducted
from tests.grader.a_class import graded

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
RULE = replace(profiles.load().rubric, late=LatePolicy(DUE, timedelta(minutes=15), 10.0, 50.0))


def entry(at: str, due: str = "", late: bool = False) -> Entry:
    return Entry("x", Path("x"), (), at=at, due=due, late=late)


@pytest.mark.parametrize(
    ("at", "days", "points"),
    [
        ("2026-11-21T00:14:00+00:00", None, None),
        ("2026-11-20T23:59:00Z", None, None),
        ("2026-11-21T00:14:01+00:00", 1, 10.0),
        ("2026-11-22T01:00:00+00:00", 2, 20.0),
        ("2026-11-20T19:00:00-08:00", 1, 10.0),
        ("2026-12-20T00:00:00+00:00", 29, 50.0),
    ],
)
def test_each_day_begun_after_the_grace_costs(at: str, days: int | None, points: float | None) -> None:
    """In whatever zone it is told, and no more than the most."""
    found = lateness(entry(at), RULE)

    assert (found.days, found.points) == (days, points) if found else days is None


def test_the_exports_own_due_date_counts() -> None:
    """An extension, say."""
    assert lateness(entry("2026-11-22T00:00:00+00:00", "2026-11-23T00:00:00+00:00"), RULE) is None


def test_late_without_a_time_is_said_and_costs_nothing() -> None:
    """Canvas tells that it is late, not how much."""
    found = lateness(entry("", late=True), RULE)

    assert found is not None and (found.days, found.points) == (None, 0.0)
    assert "nobody here knows how long" in found.said
    assert lateness(entry("rubbish"), RULE) is None


def test_without_a_rule_being_late_costs_nothing() -> None:
    """As in the rubric that comes with the grader."""
    rule: Rubric = profiles.load().rubric

    assert lateness(entry("2030-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), rule) is None


def test_it_is_a_line_of_its_own() -> None:
    """Off the whole, off no part, and never below nothing."""
    late = lateness(entry("2026-11-22T01:00:00+00:00"), RULE)
    assert late is not None
    one = deducted(graded("x"), replace(late, points=2.0))

    assert (one.score, sum(part.score for part in one.parts)) == (3.0, 5.0)
    assert deducted(graded("x"), late).score == 0.0
    for name in ("report.html", "report.txt", "summary.md"):
        assert "2 days late" in RENDERERS[name](one).replace("&#32;", " "), name
    assert json.from_dict(json.to_dict(one)).late == one.late
