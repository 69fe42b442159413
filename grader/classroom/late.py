"""What being late costs, by the rubric's rule. Pure."""

from __future__ import annotations

import math
from datetime import timedelta

from grader.classroom.handed_in import Entry
from grader.classroom.times import parse
from grader.records.grade import Lateness
from grader.rubric import Rubric

DAY = timedelta(days=1)


def lateness(entry: Entry, rubric: Rubric) -> Lateness | None:
    """How late an entry is, None where it is in time or the rubric has no rule for it."""
    policy = rubric.late
    if policy is None:
        return None
    at, due = parse(entry.at), parse(entry.due) or policy.due
    if at is None or due is None:
        unknown = "Handed in late; nobody here knows how long, so it costs nothing yet."
        return Lateness(None, 0.0, unknown) if entry.late else None
    over = at - due - policy.grace
    if over <= timedelta(0):
        return None
    days = math.ceil(over / DAY)
    percent = min(policy.most_percent, days * policy.percent_a_day)
    points = round(sum(part.points for part in rubric.parts) * percent / 100, 2)
    return Lateness(
        days, points, f"Handed in {days} {'day' if days == 1 else 'days'} late: {percent:g} % off."
    )
