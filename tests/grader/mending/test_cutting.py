"""A crop that ends elsewhere than at the sum of its start and a size is read as one that does."""

from __future__ import annotations

import ast

import pytest

from grader.mending.cutting import ends, mends
from grader.mending.trouble import Trouble
from grader.records.reason import Place
from grader.records.submission import Chunk, Module, Slice

MISFIT = "The size of tensor a (8) must match the size of tensor b (12) at non-singleton dimension 2"
HELPER = "def cut(t, s, like):\n    return t[:, :, s:s * like.size(2), s:s + like.size(3)]"


@pytest.mark.parametrize(
    ("end", "read"),
    [
        ("s * h", "s + h"),
        ("h * s", "s + h"),
        ("s - h", "s + h"),
        ("s // x.shape[2]", "s + x.shape[2]"),
        ("x.size(2)", "s + x.size(2)"),
        ("h", "s + h"),
    ],
)
def test_an_end_that_is_no_sum_is_read_as_one(end: str, read: str) -> None:
    found = list(ends(ast.parse(f"t[:, :, s:{end}, s:s + w]")))

    assert [(ast.unparse(one.written), ast.unparse(one.read)) for one in found] == [(end, read)]


@pytest.mark.parametrize("end", ["s + h", "h + s", "-s", "s", "h - 2", "40"])
def test_a_sum_and_what_counts_from_the_end_are_left_alone(end: str) -> None:
    assert not list(ends(ast.parse(f"t[:, :, s:{end}, s:s + w]")))


def test_a_slice_of_one_axis_is_no_crop() -> None:
    assert not list(ends(ast.parse("layers[first:last]")))


def test_a_helper_is_changed_where_it_stands() -> None:
    slice = Slice((Module("submission", (Chunk("cell 1", 5, HELPER),)),))

    (mend,) = mends(Trouble("RuntimeError", MISFIT, Place("cell 9", 3)), slice)

    assert mend.words == "`s * like.size(2)`, where a crop ends, read as `s + like.size(2)`"
    assert mend.made == Place("cell 1", 6)
    assert mend.whole
    assert mend.lines == ("skip_crops",)
    assert "s:s + like.size(2)," in mend.slice.modules[0].chunks[0].source


def test_only_sizes_that_do_not_fit_are_a_reason() -> None:
    slice = Slice((Module("submission", (Chunk("cell 1", 5, HELPER),)),))

    assert not list(mends(Trouble("NameError", "name 'h' is not defined", Place("cell 9", 3)), slice))
