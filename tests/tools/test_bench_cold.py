"""A grading and the floor beneath it are told by the same stages, all processor time counted."""

from __future__ import annotations

import pytest

from grader.clock import Spent
from tools import bench_cold
from tools.bench_cold import PARTS, REST, measured, staged, told


def test_what_is_no_part_is_what_is_left_of_the_whole() -> None:
    """So the rows of a table add up."""
    stages = staged(dict.fromkeys(PARTS, Spent(1.0, 2.0)), Spent(10.0, 8.0))

    assert stages[REST] == Spent(7.0, 2.0)
    assert list(stages) == [REST, *PARTS, "the whole"]


def test_a_row_has_the_medians_and_their_ratios() -> None:
    """Of seconds and of processor time."""
    floors, gradings = (
        [{"cam": Spent(wall, wall / 2)} for wall in walls] for walls in ((1, 2, 9), (8, 6, 1))
    )

    assert told(floors, gradings)[-1] == "| cam | 6.00 | 3.00 | 2.00 | 1.00 | 3.00 | 3.00 |"


def test_a_tenth_of_a_second_that_a_child_computes_is_counted() -> None:
    """`timeit` computes for at least 0.2 s."""
    spent, out = measured("timeit", "--", "pass")

    assert spent.cpu > 0.1 and "loops" in out


def test_what_fails_ends_the_bench() -> None:
    """A table of nothing would mislead."""
    with pytest.raises(SystemExit):
        bench_cold.measured("no_such_module")
