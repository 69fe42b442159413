"""Faults that only two or three of a class made: who shares several may share more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from grader.classroom.similar.claims import Places
from grader.marks.about import causes_of
from grader.records.grade import Grade, Outcome

FEWEST = 10  # in a class of fewer nobody knows what is rare
RARE = 3  # submissions that have a cause, at most
SEVERAL = 2  # causes, in different lines: one alone may lead two to the same mistake


def same_faults(grades: Sequence[Grade]) -> Mapping[Places, str]:
    """Pairs that share several rare causes, and which these are."""
    if len(grades) < FEWEST:
        return {}
    places, lines = defaultdict[str, list[int]](list), defaultdict[str, set[str]](set)
    for place, grade in enumerate(grades):
        for cause, checks in _causes(grade).items():
            places[cause].append(place)
            lines[cause] |= checks
    shared = defaultdict[Places, list[str]](list)
    for cause, who in places.items():
        if len(who) <= RARE:
            for pair in combinations(who, 2):
                shared[pair].append(cause)
    return {
        pair: f"{len(causes)} rare faults are the same: {', '.join(causes)}"
        for pair, causes in shared.items()
        if len(causes) >= SEVERAL and len(set().union(*(lines[cause] for cause in causes))) >= SEVERAL
    }


def _causes(grade: Grade) -> Mapping[str, set[str]]:
    """Cause -> the lines that were lost for it."""
    found = defaultdict[str, set[str]](set)
    for check in grade.checks:
        if check.outcome is Outcome.FAILED:
            for cause in causes_of(check):
                found[cause].add(check.id)
    return found
