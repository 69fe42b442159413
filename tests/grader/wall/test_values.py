from __future__ import annotations

import pytest

from grader.records.reason import Place
from grader.wall.values import NAMELESS, SourceLine, cut, kind_of, place


@pytest.mark.parametrize(
    ("value", "length", "text"),
    [("abc", 2, "ab"), (17, 5, "17"), ("\ud800x", 5, "?x"), ("é" * 9, 3, "ééé"), (None, 9, "None")],
)
def test_text_of_any_origin_can_cross(value: object, length: int, text: str) -> None:
    """It is no longer than it may be, and UTF-8."""
    assert cut(value, length) == text


def test_a_line_is_a_place() -> None:
    """No line is no place."""
    assert place(SourceLine("cell 4", 2)) == Place("cell 4", 2)
    assert place(None) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Odd", "Odd"), ("Full marks: nothing is wrong", NAMELESS), ("a\nb", NAMELESS), ("", NAMELESS)],
)
def test_a_type_is_called_by_a_name(name: str, kind: str) -> None:
    """Python lets it be called by a sentence, which would stand in ours."""
    assert kind_of(type("x", (), {})()) == "x"
    made = type("x", (), {})
    made.__name__ = name
    assert kind_of(made()) == kind
