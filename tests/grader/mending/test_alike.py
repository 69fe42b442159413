"""Which names may be slips for which."""

from __future__ import annotations

import pytest

from grader.mending.alike import alike, is_one_edit, longer_or_shorter


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("fc_6", ["fc6", "fc7"], ["fc6"]),
        ("Conv2D", ["Conv1d", "Conv2d"], ["Conv2d"]),
        ("nmpy", ["numpy", "torch"], ["numpy"]),
        ("pading", ["padding", "bias"], ["padding"]),
        ("sofmtax", ["softmax"], ["softmax"]),
        ("h", ["x", "f"], []),
        ("f", ["F"], ["F"]),
        ("fc6", ["fc6"], []),
    ],
)
def test_names_alike(name: str, known: list[str], found: list[str]) -> None:
    """In case and underscores, or one edit away; short names are like no other."""
    assert alike(name, known)[:1] == found[:1]


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("abc", "abd", True),
        ("abc", "ab", True),
        ("abc", "acb", True),
        ("abc", "abc", False),
        ("abc", "cba", False),
    ],
)
def test_one_edit(a: str, b: str, near: bool) -> None:
    """A letter more, less or other, or two swapped."""
    assert is_one_edit(a, b) == is_one_edit(b, a) == near


def test_names_of_which_one_begins_the_other() -> None:
    """Of three letters at least, and no name is its own."""
    assert longer_or_shorter("minimum", ["min", "mi", "max", "minimum"]) == ["min"]
    assert longer_or_shorter("arg", ["argmax", "argmin", "real"]) == ["argmax", "argmin"]
