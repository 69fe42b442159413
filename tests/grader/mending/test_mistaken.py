"""What looks like what is meant is read as that: an assignment, a map, the function beside."""

from __future__ import annotations

import pytest

from grader.mending.mistaken import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

FORWARD = """\
class Net(nn.Module):
    def forward(self, x):
        h = self.conv1(x)
        skip = self.score(h)
        {}
        return h
"""


SAID = "max_pool2d(): argument 'input' (position 1) must be Tensor, not Conv2d"


def proposed(line: str, kind: str = "TypeError", code: str = FORWARD, said: str = SAID) -> list[str]:
    """What a line is read as that raises an exception."""
    chunk = Chunk("cell 2", 1, code.format(line))
    slice = Slice((Module("submission", (chunk,)),))
    number = next(at for at, row in enumerate(chunk.source.split("\n"), 1) if line.split("\n")[0] in row)
    found = mends(Trouble(kind, said, Place("cell 2", number)), slice, chunk)
    return [mend.slice.modules[0].chunks[0].source.split("\n")[number - 1].strip() for mend in found]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("h == self.pool1(h)", "h = self.pool1(h)"),
        ("self.last == h", "self.last = h"),
        ("h = self.pool(self.conv1)", "h = self.pool(skip)"),
        ("h = self.relu(self.conv2)", "h = self.relu(self.conv2(skip))"),
        ("h = self.up(self.conv1 + skip)", "h = self.up(h + skip)"),
        ("names = json.loads(f)", "names = json.load(f)"),
        ("h = F.max_pool1d(h, 2)", "h = F.max_pool2d(h, 2)"),
    ],
)
def test_what_is_meant_is_proposed(line: str, read: str) -> None:
    """Among what else is tried."""
    assert read in proposed(line)


@pytest.mark.parametrize(
    "line",
    ["if h == skip: pass", "h = h == skip", "h = self.pool(h)", "names = mine.loads(f)", "h < self.pool(h)"],
)
def test_other_code_stays(line: str) -> None:
    """A comparison that is used, maps where maps are meant, functions of the submission's own."""
    assert proposed(line) == []


def test_a_comparison_is_no_assignment_below_what_stops() -> None:
    """Nor is a layer a map in another function, or where no type is wrong."""
    assert proposed("h = self.bad(h)\n        h == skip", "RuntimeError") == []
    assert proposed("h = self.pool(self.conv1)", "RuntimeError") == []
    assert proposed("h = self.pool(self.conv1)", said="must be Tensor, not int") == []
    assert proposed("h = self.pool(self.conv1)", code=FORWARD.replace("forward", "made")) == []
