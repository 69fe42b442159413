"""Times are compared as times, not as text."""

from __future__ import annotations

import pytest

from grader.classroom.times import after, parse


@pytest.mark.parametrize(
    ("at", "due", "is_after"),
    [
        ("2026-11-20T20:00:00-08:00", "2026-11-21T03:59:00+00:00", True),
        ("2026-11-20T19:58:00-08:00", "2026-11-21T03:59:00+00:00", False),
        ("2026-11-21", "2026-11-20T23:59:00Z", True),
        ("", "2026-11-20T23:59:00Z", False),
        ("tomorrow", "2026-11-20T23:59:00Z", False),
    ],
)
def test_zones_are_no_matter(at: str, due: str, is_after: bool) -> None:
    """What is no time is neither before nor after."""
    assert after(at, due) is is_after


def test_without_a_zone_it_is_utc() -> None:
    """As Gradescope writes it."""
    assert parse("2026-11-20T10:00:00") == parse("2026-11-20T10:00:00Z")
