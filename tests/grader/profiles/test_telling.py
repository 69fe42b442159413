"""A fault's line is found in any spelling that TOML has."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.profiles.form import Fault
from grader.profiles.source import Source, parsed
from grader.profiles.telling import line_of, told

TEXT = """\
# points of late
late.due = "points"  # points

[[part]]
id = "cam"
"points" = 3
lines = [
  { check = "points", points = 1 },
  { points = 2, check = "dtype" },
]

[[part]]
points = 7
id = "fcn8s"
"""
SOURCE = Source(Path("year.toml"), TEXT, parsed(TEXT))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("late", "due"), 2),
        (("part", 0, "points"), 6),
        (("part", 0, "lines", 0, "points"), 8),
        (("part", 0, "lines", 1, "points"), 9),
        (("part", 0, "lines", 1, "check"), 9),
        (("part", 0, "lines", 1, "title"), 9),
        (("part", 1, "points"), 13),
        (("part", 1), 13),
        (("part",), 4),
        (("nothing",), None),
        ((), None),
    ],
)
def test_the_line_is_that_of_the_key(path: tuple[str | int, ...], line: int | None) -> None:
    """Not of a comment, a value, or the same key of another table; of what is missing, where it would be."""
    assert line_of(SOURCE, path) == line


def test_a_fault_is_told_with_its_place() -> None:
    """File, line, part, line of the rubric."""
    fault = Fault(("part", 0, "lines", 1, "points"), "too many")

    assert told(SOURCE, fault) == "year.toml, line 9: part 'cam', line 'dtype': too many"
