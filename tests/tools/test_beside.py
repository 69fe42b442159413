"""A grading and the least work are told by the same stages, and all processor time is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.clock import Spent
from tools.beside import PARTS, REST, WHOLE, measured, reported, staged, told


def test_what_is_no_part_is_what_is_left_of_the_whole() -> None:
    """So the rows of a table add up."""
    stages = staged(dict.fromkeys(PARTS, Spent(1.0, 2.0)), Spent(10.0, 8.0))

    assert stages[REST] == Spent(7.0, 2.0)
    assert list(stages) == [REST, *PARTS, WHOLE]


def test_a_row_has_the_medians_and_their_ratios() -> None:
    """Of seconds and of processor time."""
    floors, gradings = (
        [{"cam": Spent(wall, wall / 2)} for wall in walls] for walls in ((1, 2, 9), (8, 6, 1))
    )

    assert told(floors, gradings)[-1] == "| cam | 6.00 | 3.00 | 2.00 | 1.00 | 3.00 | 3.00 |"


def test_the_workers_time_is_counted(tmp_path: Path) -> None:
    """As its report tells it: no process of ours waits for it."""
    report = tmp_path / "alice" / "report.json"
    report.parent.mkdir()
    of = {"timings": {"cam": 3.0}, "cpu": {"cam": 1.0}, "worker": {"cam": 0.5}}
    report.write_text(json.dumps({"provenance": of}))

    assert list(reported(tmp_path)) == [{"cam": Spent(3.0, 1.5, 0.5)}]


@pytest.mark.slow
def test_what_a_module_computes_is_measured() -> None:
    """`timeit` computes for at least 0.2 s."""
    spent, out = measured("timeit", "--", "pass")

    assert spent.cpu > 0.1 and "loops" in out


def test_what_fails_ends_the_bench() -> None:
    """A table of nothing would mislead."""
    with pytest.raises(SystemExit):
        measured("no_such_module")
