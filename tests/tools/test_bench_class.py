"""The measurement of a class measures one that is graded."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.handed_in import read
from grader.classroom.homes import View
from grader.classroom.people import Roster
from grader.classroom.remaining import Which, left
from grader.marks import store
from tools.bench_class import OPTIONS, measured, write


@pytest.mark.slow
def test_nothing_is_left_to_grade(tmp_path: Path) -> None:
    """So that what is timed is the class, not a grading."""
    class_, out = tmp_path / "class", tmp_path / "out"
    write(class_, out, 3)
    entries = read(class_, Roster(), out).entries

    assert len(entries) == 3
    assert left(entries, out, store.beside(out), OPTIONS, View(), Which.STALE) == ()


@pytest.mark.slow
def test_three_things_are_measured() -> None:
    """Each takes time and memory."""
    costs = dict(measured(2))

    assert len(costs) == 3 and all(cost.cpu > 0 and cost.peak > 10 for cost in costs.values())
