"""An untouched handout is told from one that was written in."""

from __future__ import annotations

import pytest

from grader.mending.blanks import forward_of, unwritten
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

HANDOUT = """class FCN8s(nn.Module):
    def __init__(self):
        super().__init__()
        # *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)****
        {}
        # *****END OF YOUR CODE*****

    def forward(self, x):
        # ***** Start of your code *****
        {}
        # ***** End of your code *****
        return h"""


@pytest.mark.parametrize(
    ("first", "second", "empty"),
    [
        ("", "", True),
        ("# the layers", "pass", True),
        ("self.a = 1", "", False),
        ("", "h = x", False),
        ("", "raise NotImplementedError('no time')", True),
    ],
)
def test_a_handout_is_unwritten_while_every_blank_is_empty(first: str, second: str, empty: bool) -> None:
    """Comments and `pass` are nothing."""
    chunk = Chunk("cell 3", 10, HANDOUT.format(first, second))

    found = unwritten(Slice((Module("submission", (chunk,)),)), "FCN8s")

    assert found == (Place("cell 3", 13) if empty else None)


def test_code_without_markers_is_somebodys() -> None:
    """However little it is."""
    slice = Slice((Module("submission", (Chunk("cell 3", 1, "class FCN8s:\n    pass"),)),))

    assert unwritten(slice, "FCN8s") is None


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ("pass", True),
        ("'''The forward pass.'''\n        raise NotImplementedError('no time')", True),
        ("return x", True),
        ("return self.score(x)", False),
        ("h = x\n        return h", False),
    ],
)
def test_a_forward_pass_that_does_nothing_is_unwritten(body: str, empty: bool) -> None:
    """Whether or not the handout's markers stand there."""
    source = f"class FCN8s(nn.Module):\n    def forward(self, x):\n        {body}"
    slice = Slice((Module("submission", (Chunk("cell 3", 10, source),)),))

    assert forward_of(slice, "FCN8s") == (Place("cell 3", 11), empty)


@pytest.mark.parametrize(
    "source",
    [
        "class FCN8s(Base):\n    class Same(nn.Module):\n        def forward(self, x):\n            return x",
        "def FCN8s():\n    class Same(nn.Module):\n        def forward(self, x):\n            return x\n",
    ],
)
def test_the_forward_pass_of_a_class_within_is_no_networks_own(source: str) -> None:
    """A layer that does nothing is a layer."""
    assert forward_of(Slice((Module("submission", (Chunk("cell 3", 1, source),)),)), "FCN8s") is None
