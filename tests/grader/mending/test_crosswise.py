"""A table of which two numbers stand in each other's place is read as the assignment has it."""

from __future__ import annotations

import pytest

from grader.mending.crosswise import mends
from grader.mending.trouble import Trouble
from grader.records.submission import Chunk, Module, Slice

DEEP = "[(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]"
WIDE = "((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))"
KEYED = "{'one': [64, 2], 'two': [128, 2], 'three': [256, 3], 'four': [512, 3], 'five': [512, 3]}"
LETTERS = "[64, 64, 'M', 128, 128, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M', 512, 512, 512, 'M']"
TURNED = "[64, 64, 'M', 128, 128, 'M', 512, 512, 512, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M']"
WRONG = {
    "widths": (DEEP, DEEP.replace("(3, 256), (3, 512)", "(3, 512), (3, 256)"), "conv3", "512 and 256"),
    "depths": (WIDE, WIDE.replace("(128, 2), (256, 3)", "(128, 3), (256, 2)"), "conv2", "3 and 2"),
    "of a dictionary": (
        KEYED,
        KEYED.replace("[64,", "[128,", 1).replace("'two': [128", "'two': [64"),
        "conv1",
        "128",
    ),
    "of a flat table": (LETTERS, TURNED, "conv3", "512 and 256"),
    "of widths alone": ("[64, 128, 256, 512, 512]", "[64, 256, 128, 512, 512]", "conv2", "256 and 128"),
}


def read(table: str, message: str = "expected 512 channels, but got 256") -> list[tuple[str, str, str]]:
    """The tables that are proposed, in words, and the line that pays."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, f"made = make({table})"),)),))
    found = [
        (mend, mend.slice.modules[0].chunks[0].source) for mend in mends(Trouble("E", message, None), slice)
    ]
    return [(source.removeprefix("made = make(")[:-1], mend.lines[0], mend.words) for mend, source in found]


@pytest.mark.parametrize("case", WRONG)
def test_numbers_in_each_others_place_are_put_right(case: str) -> None:
    """The line of the first of both blocks pays."""
    right, wrong, line, words = WRONG[case]
    ((source, pays, told),) = read(wrong)
    assert (source, pays) == (right, line)
    assert told.startswith(words)


@pytest.mark.parametrize(
    "table",
    [DEEP, WIDE, KEYED, LETTERS, "[]", "[64, 128]", DEEP.replace("256", "192"), WIDE.replace("128", "256")],
)
def test_other_tables_stay(table: str) -> None:
    """One that is right, and one with a number that the assignment's has not."""
    assert read(table) == []


def test_nothing_is_exchanged_where_channels_fit() -> None:
    assert read(WRONG["widths"][1], "name 'x' is not defined") == []
