"""A value that is made below its use, and sizes under each other's names, are read in the order they need."""

from __future__ import annotations

import pytest

from grader.mending.edits import Mend
from grader.mending.order import mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

FUNCTION = """def returnCAM(f, weight_fc, idx):
    bz, h, nc, w = f.shape
    cam = weights.reshape(nc)
    for _ in f:
        weights = other
    weights = weight_fc[idx]
    return cam
"""
UNBOUND = "cannot access local variable 'weights' where it is not associated with a value"


def of(kind: str, message: str, line: int = 3, source: str = FUNCTION) -> list[Mend]:
    chunk = Chunk("cell 1", 1, source)
    trouble = Trouble(kind, message, Place("cell 1", line))
    return list(mends(trouble, Slice((Module("submission", (chunk,)),)), chunk))


def lines(mend: Mend) -> list[str]:
    return mend.slice.modules[0].chunks[0].source.split("\n")


def test_what_is_made_below_is_made_above_too() -> None:
    """On the line that needs it, so that no line moves; what a loop makes is not."""
    (only,) = of("UnboundLocalError", UNBOUND)

    assert lines(only)[2] == "    weights = weight_fc[idx]; cam = weights.reshape(nc)"
    assert lines(only)[3:] == FUNCTION.split("\n")[3:]


def test_what_is_made_below_in_the_same_loop_is_made_above_too() -> None:
    looped = "def fill(self):\n    for each in self:\n        layer.copy_(weights)\n        weights = 1\n"
    (only,) = of("UnboundLocalError", UNBOUND, 3, looped)

    assert lines(only)[2] == "        weights = 1; layer.copy_(weights)"


def test_what_a_loop_goes_through_is_made_behind_the_statement_above() -> None:
    """A loop shares its line with nothing before it; where none stands above, nothing is tried."""
    headed = (
        "def fill(self):\n    self.zero_()  # all\n    for each in weights:\n        pass\n    weights = 1\n"
    )
    (only,) = of("UnboundLocalError", UNBOUND, 3, headed)

    assert lines(only)[1] == "    self.zero_(); weights = 1  # all"
    assert lines(only)[2:] == headed.split("\n")[2:]
    assert of("UnboundLocalError", UNBOUND, 2, headed.replace("    self.zero_()  # all\n", "")) == []


@pytest.mark.parametrize("line", [6, 7])
def test_what_is_made_above_stays(line: int) -> None:
    assert of("UnboundLocalError", UNBOUND, line) == []


def test_any_two_sizes_are_exchanged() -> None:
    found = [lines(mend)[1].strip() for mend in of("ValueError", "cannot reshape array of size 512")]

    assert len(found) == 6
    assert "bz, nc, h, w = f.shape" in found


def test_sizes_count_only_where_all_runs() -> None:
    assert all(mend.whole for mend in of("ValueError", "cannot reshape array of size 512"))
    assert of("TypeError", "no") == []
    assert of("ValueError", "no", 1, "x = f.shape") == []


def test_values_and_indices_are_exchanged() -> None:
    sorting = "def get_cls_pred(p):\n    indices, values = torch.sort(p)\n    return classes[indices[0]]\n"
    (only,) = of("TypeError", "only integer tensors of a single element can be an index", 3, sorting)

    assert lines(only)[1] == "    values, indices = torch.sort(p)"
    assert only.whole


def test_a_value_may_be_made_a_number_of_below() -> None:
    """Its name is taken again for what is made of it."""
    largest = "def f(p):\n    index, best = p.max(1)\n    best = best.item()\n    return classes[index]\n"
    (only,) = of("TypeError", "only integer tensors of a single element can be an index", 4, largest)

    assert lines(only)[1] == "    best, index = p.max(1)"


def test_a_size_whose_name_is_taken_again_is_another_slip() -> None:
    again = FUNCTION.replace("bz, h, nc, w", "bz, h, weights, w")

    assert again != FUNCTION
    assert of("ValueError", "cannot reshape array of size 512", source=again) == []
