"""A convolution whose channels are exchanged is read the other way round, and its own line pays as well."""

from __future__ import annotations

import ast

import pytest

from grader.mending.edits import Mend
from grader.mending.exchanged import mends
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice


def of(code: str, inputs: int, outputs: int, given: int) -> list[Mend]:
    chunk = Chunk("cell 1", 1, code)
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return list(mends(Slice((Module("submission", (chunk,)),)), chunk, calls, inputs, outputs, given))


@pytest.mark.parametrize(
    ("code", "widths", "wanted", "lines"),
    [
        ("a = nn.Conv2d(128, 64, 3)", (128, 64), "a = nn.Conv2d(64, 128, 3)", ("build", "conv2")),
        ("a = nn.Conv2d(n, 4096, 1)", (12, 4096), "a = nn.Conv2d(4096, n, 1)", ("build", "score")),
        (
            "a = nn.Conv2d(self.n, 512, 1)",
            (12, 512),
            "a = nn.Conv2d(512, self.n, 1)",
            ("build", "score_pools"),
        ),
    ],
)
def test_its_channels_are_exchanged(
    code: str, widths: tuple[int, int], wanted: str, lines: tuple[str, ...]
) -> None:
    """Its line is that of the layer which has these channels; a name may be any number."""
    (only,) = of(code, *widths, given=widths[1])

    assert only.slice.modules[0].chunks[0].source == wanted
    assert (only.lines, only.made, only.whole) == (lines, Place("cell 1", 1), True)


def test_others_stay() -> None:
    """Those that are given something else than comes out, with other numbers, or that nobody asks for."""
    assert of("a = nn.Conv2d(128, 64, 3)", 128, 64, given=3) == []
    assert of("a = nn.Conv2d(128, 256, 3)", 128, 64, given=64) == []
    assert of("a = nn.Conv2d(256, n, 1)", 256, 12, given=12) == []
    assert of("a = nn.Conv2d(m, n, 3)", 128, 64, given=64) == []
