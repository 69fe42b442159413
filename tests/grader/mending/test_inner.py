"""What is around a value goes where the value alone is meant, at the line that made it."""

from __future__ import annotations

import pytest

from grader.mending.inner import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def proposed(value: str, kind: str = "TypeError", line: str = "y = self.conv(h)") -> list[tuple[str, int]]:
    """What a value is read as that a line further down reads, and the line that made it."""
    chunk = Chunk(
        "cell 2", 4, f"def forward(self, h):\n    h = {value}\n    {line}\n    h = [y]\n    return h"
    )
    slice = Slice((Module("submission", (chunk,)),))
    found = mends(Trouble(kind, "must be Tensor", Place("cell 2", 6)), slice, chunk)
    texts = [(mend.slice.modules[0].chunks[0].source.split("\n")[1], mend.made) for mend in found]
    return [(text.strip().removeprefix("h = "), made.line if made else 0) for text, made in texts]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("[self.pool(h)]", ["self.pool(h)"]),
        ("(self.pool(h),)", ["self.pool(h)"]),
        ("print(self.pool(h))", ["self.pool(h)"]),
        ("self.pool(h)", ["h", "self"]),
        ("h.sort()", ["h"]),
        ("h + 1", []),
        ("[h, h]", []),
    ],
)
def test_the_inner_part_is_proposed(value: str, parts: list[str]) -> None:
    """Of what was made last above the line, not below it."""
    assert proposed(value) == [(part, 5) for part in parts]


def test_other_troubles_stay() -> None:
    """Sizes that do not fit come from no type; nor is what the line does not read at fault."""
    assert proposed("[h]", "RuntimeError") == []
    assert proposed("[h]", line="y = self.conv(x)") == []
