"""Two lines of a forward pass are read in each other's place; it must all run."""

from __future__ import annotations

from grader.mending.moving import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class A(nn.Module):
    def forward(self, x):
        h = self.first(x)
        h = self.score(h)
        h = self.last(
            h)
        return h
"""


def test_lines_near_to_what_raises_are_exchanged() -> None:
    slice = Slice((Module("submission", (Chunk("cell 1", 5, CODE),)),))
    nearest, further = mends(Trouble("RuntimeError", "", Place("cell 1", 9)), slice)

    assert nearest.words == "`h = self.score(h)` and `h = self.last(h)` read in each other's place"
    assert nearest.whole and nearest.made == Place("cell 1", 8)
    lines = nearest.slice.modules[0].chunks[0].source.split("\n")
    assert [line.strip() for line in lines[3:6]] == ["h = self.last(h)", "h = self.score(h)", ""]
    assert "self.first" in further.words


def test_what_raises_nowhere_moves_nothing() -> None:
    slice = Slice((Module("submission", (Chunk("cell 1", 5, CODE),)),))

    assert list(mends(Trouble("RuntimeError", "", None), slice)) == []
