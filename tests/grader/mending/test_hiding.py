"""What a class keeps under the name of a module's method gets another name."""

from __future__ import annotations

import pytest

from grader.mending.hiding import mends
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Module, Slice

HIDES = """\
class A:
    def __init__(self):
        self.{} = [1]
    def f(self):
        return self.{}, self.{}()
"""


def of(code: str, message: str) -> list[tuple[str, int | None]]:
    """What is read then, and the line where the fault was made."""
    chunk = Chunk("cell 1", 1, code)
    made = mends(Trouble("TypeError", message, None), Slice((Module("it", (chunk,)),)), chunk)
    return [(each.slice.modules[0].chunks[0].source, each.made.line if each.made else None) for each in made]


@pytest.mark.parametrize("name", ["parameters", "modules", "train", "children"])
def test_a_method_is_no_longer_hidden(name: str) -> None:
    """Who calls it means the method."""
    meant = HIDES.format(f"{name}_", f"{name}_", name)
    for message in ("'list' object is not callable", "'method' object is not iterable"):
        assert of(HIDES.format(name, name, name), message) == [(meant, 3)]


def test_other_attributes_stay() -> None:
    """And those of a method where something else is wrong."""
    assert of(HIDES.format("forward", "forward", "forward"), "'list' object is not callable") == []
    assert of(HIDES.format("rates", "rates", "rates"), "'list' object is not callable") == []
    assert of(HIDES.format("train", "train", "train"), "unsupported operand") == []
