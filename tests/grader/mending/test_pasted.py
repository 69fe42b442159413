"""A line that was copied without its name changed is read with the name that is applied and never made."""

from __future__ import annotations

import ast

import pytest

from grader.mending import own
from grader.mending.edits import Mend
from grader.mending.pasted import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CLASS = """class Net(nn.Module):
    def __init__(self):
        self.first = nn.Conv2d(3, 64, 3)
        self.second = nn.ReLU()
        self.second = nn.Conv2d(64, 64, 3)
    def helper(self, x):
        return x
    def forward(self, x):
        return self.third(self.second(self.first(self.helper(x))))
"""


def of(kind: str = "AttributeError", source: str = CLASS) -> list[Mend]:
    slice = Slice((Module("submission", (Chunk("cell 1", 1, source),)),))
    return list(mends(Trouble(kind, "'Net' object has no attribute 'third'", Place("cell 1", 9)), slice))


def test_each_of_the_lines_may_be_the_copy_the_later_first() -> None:
    later, earlier = of()

    assert "self.third = nn.Conv2d(64, 64, 3)" in later.slice.modules[0].chunks[0].source
    assert "self.third = nn.ReLU()" in earlier.slice.modules[0].chunks[0].source
    assert (later.made, later.whole) == (Place("cell 1", 5), True)
    assert later.words == "self.second, which is made twice, read as self.third, which never is"


def test_a_name_that_is_made_once_stays() -> None:
    assert of(source=CLASS.replace("self.second = nn.ReLU()", "self.fourth = nn.ReLU()")) == []


def test_nothing_is_looked_for_where_nothing_lacks() -> None:
    assert of(source=CLASS.replace("self.third(", "self.first(")) == []
    assert of("KeyError") == []


def test_a_class_of_many_names_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each name would take minutes of our own."""
    looked, handled = list[ast.AST](), own.handled

    def counted(owner: ast.AST) -> set[str]:
        looked.append(owner)
        return handled(owner)

    monkeypatch.setattr(own, "handled", counted)

    assert len(of(source=CLASS.replace("return x", "return self.a, self.b, self.c"))) == 4
    assert len(looked) == 1
