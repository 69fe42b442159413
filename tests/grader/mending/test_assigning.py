"""`+=` where nothing is there yet, and a comma behind a value, are read as what binds the value."""

from __future__ import annotations

import pytest

from grader.mending.assigning import MOST, mends
from grader.mending.edits import Mend
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

WIDTHS = Chunk("cell 1", 1, "WIDTHS = [64, 128],")
FUNCTION = """def returnCAM(f, weight_fc, idx):
    weights += weight_fc[idx]
    cam += np.dot(cam, f),
    cam += f
    out = np.uint8(cam),
    return out
"""


def of(kind: str, message: str, line: int, source: str = FUNCTION) -> list[Mend]:
    chunk = Chunk("cell 2", 1, source)
    module = Module("submission", (WIDTHS, chunk))
    return list(mends(Trouble(kind, message, Place("cell 2", line)), Slice((module,)), module, chunk))


def line(mend: Mend, number: int) -> str:
    return mend.slice.modules[0].chunks[1].source.split("\n")[number - 1].strip()


def test_what_is_added_to_a_name_without_a_value_is_the_value() -> None:
    (only,) = of("UnboundLocalError", "cannot access local variable 'weights'", 2)

    assert line(only, 2) == "weights = weight_fc[idx]"
    assert only.words == "`weights += weight_fc[idx]` read as `weights = weight_fc[idx]`"


def test_what_is_added_to_what_it_is_made_of_is_the_value() -> None:
    """Which a sum that joins another value is not."""
    assert line(of("UnboundLocalError", "'other'", 3)[0], 3) == "cam = (np.dot(cam, f),)"
    assert of("UnboundLocalError", "'other'", 4) == []


def test_a_comma_is_left_out_in_the_function_then_elsewhere() -> None:
    here, there = of("TypeError", "a tuple", 6)

    assert (line(here, 5), here.made) == ("out = np.uint8(cam)", Place("cell 2", 5))
    assert there.slice.modules[0].chunks[0].source == "WIDTHS = [64, 128]"
    assert there.made == Place("cell 1", 1)
    assert here.words == "`np.uint8(cam)` read without the comma behind it, which makes a tuple of it"


@pytest.mark.parametrize("many", [9])
def test_of_many_commas_a_few_are_tried(many: int) -> None:
    source = "def f():\n" + "    a = 1,\n" * many

    assert len(of("TypeError", "a tuple", 2, source)) == MOST
