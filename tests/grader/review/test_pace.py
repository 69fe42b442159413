"""How long an answer takes: pauses and steps for many at once are not counted as work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from grader.review.pace import PAUSE, duration, paces, to_go
from tests.grader.review.a_desk import FIRST, SECOND, START, entries, given


def test_the_median_between_two_marks() -> None:
    """A lunch break between them is none of it."""
    log = entries(*(given(str(n), 5) for n in range(4)), seconds=20)
    late = replace(log[-1], number=5, at=log[-1].at + timedelta(seconds=PAUSE + 1))
    (pace,) = paces((*log, late), frozenset())

    assert (pace.who, pace.line, pace.count, pace.seconds) == ("ta", FIRST, 5, 20)


def test_a_group_is_counted_and_not_timed() -> None:
    """Twenty at once were not read in no time; what was taken back does not count."""
    log = tuple(replace(entry, at=START) for entry in entries(*(given(str(n), 0) for n in range(20))))
    (pace,) = paces(log, frozenset({1}))

    assert (pace.count, pace.seconds) == (19, None)


def test_time_to_go_needs_a_pace_for_all_that_is_left() -> None:
    """Of several graders the median."""
    log = entries(*(given(str(n), 5) for n in range(4)), seconds=30)

    assert to_go({FIRST: 10, SECOND: 0}, paces(log, frozenset())) == 300
    assert to_go({FIRST: 10, SECOND: 1}, paces(log, frozenset())) is None
    assert to_go({}, ()) == 0


def test_durations_are_told_as_people_do() -> None:
    """Seconds, minutes, hours."""
    assert [duration(s) for s in (None, 35.4, 720, 12_000)] == ["–", "35 s", "12 min", "3 h 20 min"]
