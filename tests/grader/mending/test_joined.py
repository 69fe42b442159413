"""Of what is joined and differs in size, the skip gets the size of the main path."""

# ruff: noqa: E501  (a sample reads better on one line)
from __future__ import annotations

import pytest

from grader.mending.fitting import mends
from grader.mending.joined import MOST_SIDES, SIDES
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice
from tests.grader.mending import a_misfit

NETWORK = """\
def forward(self, h, skip):
    skip = skip[:, :, 5:]
    {line}"""
LINE = 3
SIZE = "The size of tensor a (18) must match the size of tensor b (9) at non-singleton dimension 3"
CONCATENATED = "Sizes of tensors must match except in dimension 1. Expected size 20 but got size 12 for tensor number 1 in the list."
STACKED = "stack expects each tensor to be equal size, but got [1, 12, 20, 20] at entry 0 and [1, 12, 12, 12] at entry 1"
PAD = "__import__('torch').nn.functional.pad"
BOTH = "(0, ({0}).shape[3] - ({1}).shape[3], 0, ({0}).shape[2] - ({1}).shape[2])"


def first(line: str, message: str) -> tuple[list[str], tuple[str, ...], Place | None]:
    return a_misfit.first(NETWORK.format(line=line), message)


@pytest.mark.parametrize("message", (SIZE, CONCATENATED, STACKED))
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("return h + skip", f"return h + {PAD}(skip, {BOTH.format('h', 'skip')})"),
        ("return skip + h", f"return {PAD}(skip, {BOTH.format('h', 'skip')}) + h"),
        ("h += skip", f"h += {PAD}(skip, {BOTH.format('h', 'skip')})"),
        ("return h.add(skip)", f"return h.add({PAD}(skip, {BOTH.format('h', 'skip')}))"),
        ("return torch.add(h, skip)", f"return torch.add(h, {PAD}(skip, {BOTH.format('h', 'skip')}))"),
        (
            "return torch.cat([h, skip], 1)",
            f"return torch.cat([h, {PAD}(skip, {BOTH.format('h', 'skip')})], 1)",
        ),
        ("return stack((skip, h))", f"return stack(({PAD}(skip, {BOTH.format('h', 'skip')}), h))"),
    ],
)
def test_the_side_gets_the_size_of_the_main_path(line: str, wanted: str, message: str) -> None:
    """However the sum is written; it was made where the side was."""
    lines, shown, made = first(line, message)
    assert lines[-1].strip() == wanted
    assert shown == SIDES
    assert made == Place("cell 1", LINE - 1)


def test_of_a_long_line_some_sums_are_tried() -> None:
    """Each is looked up in the whole class."""
    chunk = Chunk("cell 1", 1, NETWORK.format(line=f"return f({', '.join(['h + skip'] * 200)})"))
    trouble = Trouble("RuntimeError", SIZE, Place("cell 1", LINE))

    assert len(list(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))) == MOST_SIDES
