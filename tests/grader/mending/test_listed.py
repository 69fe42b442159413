"""A layer of a list or dictionary is read as another one that is kept beside it."""

from __future__ import annotations

import pytest

from grader.mending.listed import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
class A:
    def __init__(self, n):
        self.named = nn.ModuleDict({"p4": nn.Conv2d(512, n, 1), "p3": nn.Conv2d(256, n, 1)})
        self.called = nn.ModuleDict(dict(x4=nn.Conv2d(512, n, 1), x3=nn.Conv2d(256, n, 1)))

    def forward(self, x):
        x = self.sides[4](x) + self.sides[0](x)
        x = self.named["p3"](x)
        x = self.called["x4"](x)
        return sides[0](x) + self.score(x)
"""


def of(line: int) -> list[str]:
    chunk = Chunk("cell 1", 10, CODE)
    trouble = Trouble("RuntimeError", "no", Place("cell 1", line + 9))
    found = list(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))
    assert all(mend.whole for mend in found)
    return [mend.words for mend in found]


@pytest.mark.parametrize(
    ("line", "layer", "others"),
    [
        (7, "self.sides[4]", ["self.sides[3]", "self.sides[5]", "self.sides[0]"]),
        (7, "self.sides[0]", ["self.sides[1]", "self.sides[4]"]),
        (8, "self.named['p3']", ["self.named['p4']"]),
        (9, "self.called['x4']", ["self.called['x3']"]),
    ],
)
def test_it_is_one_beside_it_or_one_that_is_named(line: int, layer: str, others: list[str]) -> None:
    assert [words for words in of(line) if words.startswith(f"`{layer}`")] == [
        f"`{layer}` read as `{other}`" for other in others
    ]


def test_what_is_no_layer_of_the_network_stays() -> None:
    assert of(10) == []
