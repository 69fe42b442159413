"""A table of widths and pools that is one entry off is read as the assignment has it."""

from __future__ import annotations

import pytest

from grader.mending.tables import mends
from grader.records.submission import Chunk, Module, Slice

LETTERS = "[64, 64, 'M', 128, 128, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M', 512, 512, 512, 'M']"
TEXT = '"C64 C64 P C128 C128 P C256 C256 C256 P C512 C512 C512 P C512 C512 C512 P"'
OFF = {
    "a pool is missing": (LETTERS, "256, 'M', 512", "256, 512", "pools", "`'M'` is missing after entry 9"),
    "a width is missing": (LETTERS, "128, 128,", "128,", "conv2", "`128` is missing after entry 4"),
    "a width too many": (LETTERS, "512, 'M']", "512, 512, 'M']", "conv5", "`512`, which is entry 18 of"),
    "a pool too many": (LETTERS, "[64, 64, 'M'", "[64, 64, 'M', 'M'", "pools", "`'M'`, which is entry 4 of"),
    "of a text": (TEXT, "C128 P", "C128", "pools", "`P` is missing after entry 5"),
}


def read(table: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """The tables that are proposed, in words, and the lines that pay."""
    slice = Slice((Module("submission", (Chunk("cell 1", 1, f"made = make({table})"),)),))
    found = [(mend, mend.slice.modules[0].chunks[0].source) for mend in mends(slice)]
    return [(source.removeprefix("made = make(")[:-1], mend.words, mend.lines) for mend, source in found]


@pytest.mark.parametrize("case", OFF)
def test_a_table_that_is_one_entry_off_is_put_right(case: str) -> None:
    """The line of that entry pays."""
    table, old, new, line, words = OFF[case]
    ((source, told, lines),) = read(table.replace(old, new))
    assert (source, lines) == (table, (line,))
    assert told.startswith(words)


@pytest.mark.parametrize(
    "table",
    [
        LETTERS,
        LETTERS.replace(", 'M']", "]"),
        LETTERS.replace("'M']", "'M', 4096]"),
        TEXT,
        "[64, 'M']",
        "'a b'",
        "[]",
    ],
)
def test_other_tables_stay(table: str) -> None:
    """The last pool may stand elsewhere."""
    assert read(table) == []
