from __future__ import annotations

import pytest

from grader.mending.starred import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MISSING = "Conv2d.__init__() missing 1 required positional argument: 'kernel_size'"
SLIPS = {
    "a pair as one": ("nn.Conv2d(widths, 3, padding=1)", MISSING, "nn.Conv2d(*widths, 3, padding=1)"),
    "one of a table": ("nn.Conv2d(SIZES[0], 3)", MISSING, "nn.Conv2d(*SIZES[0], 3)"),
    "a number as many": (
        "nn.Conv2d(*n, 64, 3)",
        "Value after * must be an iterable, not int",  # as Python says it where more is given
        "nn.Conv2d(n, 64, 3)",
    ),
    "one layer as many": (
        "nn.Sequential(*layer)",
        "torch.nn.modules.container.Sequential() argument after * must be an iterable, not Conv2d",
        "nn.Sequential(layer)",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_arguments_are_given_as_they_are_taken(slip: str) -> None:
    """One by one, or as one."""
    source, message, wanted = SLIPS[slip]

    assert wanted in _mended(source, message)


def test_numbers_are_no_pairs_and_other_troubles_none_of_this() -> None:
    """Only what may hold several values gets a star."""
    assert _mended("nn.Conv2d(3, 64)", MISSING) == []
    assert _mended("nn.Conv2d(widths, 3)", "an integer is required") == []


def _mended(source: str, message: str) -> list[str]:
    chunk = Chunk("cell 1", 1, f"layer = {source}")
    slice = Slice((Module("submission", (chunk,)),))
    found = mends(Trouble("TypeError", message, Place("cell 1", 1)), slice, chunk)
    return [mend.slice.modules[0].chunks[0].source.removeprefix("layer = ") for mend in found]
