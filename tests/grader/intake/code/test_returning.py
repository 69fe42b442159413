"""A return in the round of a loop that adds up is found, whatever other loops are around it."""

from __future__ import annotations

import pytest

from grader.intake.code.returning import returning_early
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

CODE = """\
def returnCAM(f, w, idx):
    for i in idx:
        cam = 0
        for c in range(512):
            {}
            {}return cam
"""


@pytest.mark.parametrize(
    ("adds", "indent", "line"),
    [
        ("cam += w[i, c] * f[c]", "", 6),
        ("cam = cam + w[i, c] * f[c]", "", 6),
        ("cam = w[i, c] * f[c]", "", None),
        ("cam += w[i, c] * f[c]\n        ", None, None),
    ],
)
def test_a_return_beside_what_adds_up_is_early(adds: str, indent: str | None, line: int | None) -> None:
    code = CODE.format(adds, "")
    code = code if indent is not None else code.replace("            return", "return")
    slice = Slice((Module("submission", (Chunk("cell 1", 1, code),)),))

    assert returning_early(slice, "returnCAM") == (line and Place("cell 1", line))
