"""Inheritance: points that nobody says are shared out in proportion, and always add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.profiles.merging import merged

PARENT = {
    "inherits": "other",
    "late": {"percent_a_day": 10, "grace_minutes": 5},
    "part": [
        {
            "id": "cam",
            "title": "Maps",
            "points": Decimal(3),
            "lines": [
                {"check": "shape", "title": "Shape", "points": Decimal(1)},
                {"check": "dtype", "title": "Type", "points": Decimal(2)},
            ],
        }
    ],
}


def part(**said: object) -> dict[str, Any]:
    found: dict[str, Any] = merged(PARENT, {"part": [{"id": "cam", **said}]})["part"][0]
    return found


def points(part: dict[str, Any]) -> dict[str, Decimal]:
    return {line["check"]: line["points"] for line in part["lines"]}


def test_tables_are_merged_key_by_key() -> None:
    """The rule for late work keeps what the child does not say."""
    assert merged(PARENT, {"late": {"percent_a_day": 20}})["late"] == {
        "percent_a_day": 20,
        "grace_minutes": 5,
    }


def test_what_a_parent_inherits_from_is_its_own_affair() -> None:
    """It has been merged already."""
    assert "inherits" not in merged(PARENT, {})


def test_a_part_of_other_points_is_shared_in_proportion() -> None:
    """1 and 2 of 3 are 1.5 and 3 of 4.5."""
    assert points(part(points=Decimal("4.5"))) == {"shape": Decimal("1.5"), "dtype": 3}


def test_a_line_that_says_its_points_keeps_them() -> None:
    """The others share what is left of the part's."""
    changed = part(points=Decimal(10), lines=[{"check": "shape", "points": Decimal(4)}])

    assert points(changed) == {"shape": 4, "dtype": 6}


def test_a_part_that_says_no_points_is_worth_its_lines() -> None:
    """One line more, and the whole is more."""
    assert part(lines=[{"check": "shape", "points": Decimal(4)}])["points"] == 6
    assert part(lines=[{"check": "dtype", "on": False}])["points"] == 1


def test_new_lines_stand_behind_those_that_are_inherited() -> None:
    """And new parts behind parts."""
    checks = [
        line["check"] for line in part(lines=[{"check": "new", "points": 1}, {"check": "dtype"}])["lines"]
    ]

    assert checks == ["shape", "dtype", "new"]


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=30),
    st.integers(1000, 20_000),
)
def test_shares_always_add_up(hundredths: list[int], whole: int) -> None:
    """To the hundredth, whatever they were."""
    lines = [{"check": f"c{at}", "points": Decimal(n) / 100} for at, n in enumerate(hundredths)]
    total = Decimal(sum(hundredths)) / 100
    parent = {"part": [{"id": "p", "points": total, "lines": lines}]}
    new = merged(parent, {"part": [{"id": "p", "points": Decimal(whole) / 100}]})["part"][0]

    assert sum(points(new).values()) == Decimal(whole) / 100
    assert all(value == round(value, 2) for value in points(new).values())
